using Microsoft.Extensions.DependencyInjection;

namespace Tallystick.Client;

/// <summary>Adds the client to a container of services.</summary>
public static class TallystickRegistration
{
    /// <summary>
    /// Adds one <see cref="TallystickClient"/> for the whole application, with connections of its own.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="settings">The settings. Default: those of the environment variables.</param>
    public static IServiceCollection AddTallystick(
        this IServiceCollection services, TallystickSettings? settings = null) =>
        services
            .AddSingleton(_ => settings ?? TallystickSettings.FromEnvironment())
            .AddSingleton(provider => new TallystickClient(provider.GetRequiredService<TallystickSettings>()));
}
