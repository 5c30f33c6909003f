using Tallystick.Access.Credentials;

namespace Tallystick.Console.Api;

/// <summary>The way to the API of this server, which serves the console and answers it without a network.</summary>
public interface IApiGate
{
    /// <summary>Answers a request as if it had come over the network, in full.</summary>
    Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>Whether a principal may run an operation, so that pages offer only what would succeed.</summary>
    /// <param name="caller">The principal.</param>
    /// <param name="operation">
    /// Method and path below the organization, as in the API document: <c>PUT products/{id}</c>.
    /// </param>
    /// <param name="id">The entity; null if any entity will do.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <exception cref="ArgumentException">There is no such operation.</exception>
    ValueTask<bool> MayAsync(Caller caller, string operation, string? id, CancellationToken cancellationToken);
}
