using System.Collections.Frozen;
using System.Text.Json;

namespace Tallystick.Access.Permissions;

/// <summary>An action on a resource. Each operation requires exactly one.</summary>
[Flags]
public enum PermissionAction
{
    /// <summary>Create configuration and billing entities.</summary>
    ConfigCreate = 1 << 0,

    /// <summary>Read configuration and billing entities.</summary>
    ConfigRetrieve = 1 << 1,

    /// <summary>Change configuration and billing entities.</summary>
    ConfigUpdate = 1 << 2,

    /// <summary>Delete configuration and billing entities.</summary>
    ConfigDelete = 1 << 3,

    /// <summary>Export configuration.</summary>
    ConfigExport = 1 << 4,

    /// <summary>Query usage.</summary>
    AnalyticsQuery = 1 << 5,

    /// <summary>Submit measurements.</summary>
    MeasurementsUpload = 1 << 6,

    /// <summary>Submit files of measurements.</summary>
    MeasurementsFileupload = 1 << 7,

    /// <summary>Read measurements as submitted.</summary>
    MeasurementsRetrieve = 1 << 8,

    /// <summary>Export usage.</summary>
    MeasurementsExport = 1 << 9,

    /// <summary>Read forecasts.</summary>
    ForecastRetrieve = 1 << 10,

    /// <summary>Read the health of accounts.</summary>
    HealthscoresRetrieve = 1 << 11,

    /// <summary>Read anomalies.</summary>
    AnomaliesRetrieve = 1 << 12,

    /// <summary>Download exported files.</summary>
    ExportsDownload = 1 << 13,

    /// <summary>Create reports for marketplaces.</summary>
    MarketplaceUsageCreate = 1 << 14,

    /// <summary>Read reports for marketplaces.</summary>
    MarketplaceUsageRetrieve = 1 << 15,

    /// <summary>Read audit data.</summary>
    AuditRetrieve = 1 << 16,

    /// <summary>Every action.</summary>
    All = (1 << 17) - 1,
}

/// <summary>Parses and formats actions in policies.</summary>
public static class PermissionActions
{
    private static readonly FrozenDictionary<string, PermissionAction> BySpelling =
        Enum.GetValues<PermissionAction>().ToFrozenDictionary(action => Folded(action.ToString()));

    /// <summary>
    /// Parses an action in any of the supported spellings: <c>config:create</c>, <c>CONFIG_CREATE</c>, <c>*</c> for
    /// all.
    /// </summary>
    public static bool TryRead(string text, out PermissionAction action)
    {
        action = PermissionAction.All;
        return text == "*" || BySpelling.TryGetValue(Folded(text), out action);
    }

    /// <summary>The recommended spelling of the action, such as <c>config:create</c>.</summary>
    public static string Name(PermissionAction action)
    {
        var words = JsonNamingPolicy.SnakeCaseLower.ConvertName(action.ToString());
        var last = words.LastIndexOf('_');
        return last < 0 ? words : $"{words[..last].Replace("_", "", StringComparison.Ordinal)}:{words[(last + 1)..]}";
    }

    private static string Folded(string text) => string.Concat(
        text.Where(character => character is not ('_' or ':' or '.'))).ToLowerInvariant();
}
