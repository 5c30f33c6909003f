using System.Globalization;
using NodaTime;
using Tallystick.Access.Sessions;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting;

/// <summary>Reads when sessions of the console end.</summary>
internal static class SessionSettings
{
    private const int DefaultIdleMinutes = 12 * 60;
    private const int DefaultHours = 7 * 24;
    private const int MaxHours = 365 * 24;

    /// <exception cref="StoreUnavailableException">A setting is invalid; the message states why.</exception>
    internal static SessionTimes From(IConfiguration configuration) => new(
        Duration.FromMinutes(Number(
            configuration, "TALLYSTICK_SESSION_IDLE_MINUTES", DefaultIdleMinutes, MaxHours * 60)),
        Duration.FromHours(Number(configuration, "TALLYSTICK_SESSION_HOURS", DefaultHours, MaxHours)));

    private static int Number(IConfiguration configuration, string name, int usual, int max)
    {
        if (configuration[name] is not { Length: > 0 } text)
            return usual;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= 1 && number <= max
            ? number
            : throw new StoreUnavailableException(string.Create(
                CultureInfo.InvariantCulture, $"{name} must be an integer from 1 to {max}, not '{text}'."));
    }
}
