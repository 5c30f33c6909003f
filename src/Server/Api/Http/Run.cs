using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tallystick.Server.Api.Http;

/// <summary>
/// The handler of an operation: a method of a class that is registered as a singleton, with constructor injection.
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

    /// <summary>Creates a handler from a method of a class.</summary>
    /// <param name="method">Selects the method.</param>
    internal static Run By<T>(Func<T, Func<ApiCall, Task>> method) where T : class => new(
        services => services.TryAddSingleton<T>(),
        services => method(services.GetRequiredService<T>()));

    /// <summary>Registers the class.</summary>
    internal void AddTo(IServiceCollection services) => _register(services);

    /// <summary>Binds the method to the instance of a server. Throws at startup if a dependency is missing.</summary>
    internal Func<ApiCall, Task> Bind(IServiceProvider services) => _find(services);
}
