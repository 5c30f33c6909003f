using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// What runs an operation: a method of a class of which the server makes one instance, with what its constructor asks
/// for.
/// </summary>
internal sealed class Run
{
    private readonly Action<IServiceCollection> _register;
    private readonly Func<IServiceProvider, Func<ApiCall, Task>> _find;

    private Run(Action<IServiceCollection> register, Func<IServiceProvider, Func<ApiCall, Task>> find)
    {
        _register = register;
        _find = find;
    }

    /// <summary>Runs a method of a class.</summary>
    /// <param name="method">Picks the method.</param>
    internal static Run By<T>(Func<T, Func<ApiCall, Task>> method) where T : class => new(
        services => services.TryAddSingleton<T>(),
        services => method(services.GetRequiredService<T>()));

    /// <summary>Registers the class.</summary>
    internal void AddTo(IServiceCollection services) => _register(services);

    /// <summary>The method on the instance of a server. A missing dependency shows here, at the start.</summary>
    internal Func<ApiCall, Task> Bind(IServiceProvider services) => _find(services);
}
