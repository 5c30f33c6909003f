using Tallystick.Access.Credentials;
using Tallystick.Access.Permissions;

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

    /// <summary>What can be done with the organization: its operations, by topic.</summary>
    IReadOnlyList<ApiTask> Tasks { get; }

    /// <summary>Whether a principal may do something, and which rule decides. Null if it is no principal.</summary>
    /// <param name="caller">The principal.</param>
    /// <param name="task">What it would do.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    ValueTask<PermissionAnswer?> AskAsync(Caller caller, ApiTask task, CancellationToken cancellationToken);
}

/// <summary>Something that can be done with the organization.</summary>
/// <param name="Operation">Method and path below the organization: <c>POST bills/approve</c>.</param>
/// <param name="Topic">What it is about: "Bill".</param>
/// <param name="Words">What it does: "Approve bills".</param>
/// <param name="Needs">The permissions that it requires, all of them.</param>
public sealed record ApiTask(string Operation, string Topic, string Words, IReadOnlyList<Permission> Needs);
