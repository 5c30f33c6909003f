using System.Text.Json;
using Tallystick.Access.Permissions;

namespace Tallystick.Console.Pages.Settings.Policies;

/// <summary>Statements of policies in words: "May read and change meters."</summary>
internal static class StatementWords
{
    private static readonly (PermissionAction Action, string Words)[] Verbs =
    [
        (PermissionAction.ConfigCreate, "create"),
        (PermissionAction.ConfigRetrieve, "read"),
        (PermissionAction.ConfigUpdate, "change"),
        (PermissionAction.ConfigDelete, "delete"),
        (PermissionAction.ConfigExport, "export"),
    ];

    private static readonly (PermissionAction Action, string Words)[] Deeds =
    [
        (PermissionAction.AnalyticsQuery, "query usage"),
        (PermissionAction.MeasurementsUpload, "submit measurements"),
        (PermissionAction.MeasurementsFileupload, "upload files of measurements"),
        (PermissionAction.MeasurementsRetrieve, "read measurements"),
        (PermissionAction.MeasurementsExport, "export measurements"),
        (PermissionAction.ForecastRetrieve, "read forecasts"),
        (PermissionAction.HealthscoresRetrieve, "read health scores"),
        (PermissionAction.AnomaliesRetrieve, "read anomalies"),
        (PermissionAction.ExportsDownload, "download exports"),
        (PermissionAction.MarketplaceUsageCreate, "report usage to marketplaces"),
        (PermissionAction.MarketplaceUsageRetrieve, "read usage reported to marketplaces"),
        (PermissionAction.AuditRetrieve, "read audit data"),
    ];

    /// <summary>The actions, and what each is called.</summary>
    internal static IEnumerable<(string Name, string Words)> Actions =>
        Verbs.Select(verb => (NameOf(verb.Action), Capital($"{verb.Words} entities")))
            .Concat(Deeds.Select(deed => (NameOf(deed.Action), Capital(deed.Words))))
            .Prepend((NameOf(PermissionAction.All), "Everything"));

    /// <summary>A statement as a sentence.</summary>
    internal static string Of(string effect, IEnumerable<string> actions, IReadOnlyList<string> resources)
    {
        var isDeny = effect.Equals("deny", StringComparison.OrdinalIgnoreCase);
        var read = actions.Aggregate(
            default(PermissionAction), (all, text) => all | (PermissionActions.TryRead(text, out var one) ? one : 0));
        return $"{(isDeny ? "Must not" : "May")} {What(read, resources)}"
            + (isDeny ? ", whatever other statements say." : ".");
    }

    private static string What(PermissionAction actions, IReadOnlyList<string> resources)
    {
        var isOnAll = resources.Contains(ResourcePattern.Anything);
        var on = isOnAll ? "everything" : List(resources.Select(Resource));
        if (actions == PermissionAction.All)
            return isOnAll ? "do everything" : $"do everything with {on}";
        var verbs = Verbs.Where(verb => actions.HasFlag(verb.Action)).Select(verb => verb.Words).ToList();
        var deeds = Deeds.Where(deed => actions.HasFlag(deed.Action)).Select(deed => deed.Words).ToList();
        var parts = deeds.Select(deed => isOnAll || verbs.Count > 0 ? deed : $"{deed} of {on}");
        if (verbs.Count > 0)
            parts = parts.Prepend($"{List(verbs)} {on}");
        return verbs.Count + deeds.Count == 0 ? "do nothing" : List(parts, verbs.Count > 1 ? ", and " : " and ");
    }

    /// <summary>A resource of a statement: "meters", "all billing entities".</summary>
    internal static string Resource(string text)
    {
        if (!ResourcePattern.TryRead(text, out var pattern))
            return $"“{text}”";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (service, type) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..].Split('/')[0]);
        var kind = type switch
        {
            "*" => service switch
            {
                "" or "*" => "everything",
                "config" => "all entities",
                _ => $"all {service} entities",
            },
            _ when type.EndsWith('*') && type.Length > 1 => $"“{Words(type[..^1])}…” entities",
            _ when type.Contains('*', StringComparison.Ordinal) => $"“{type}”",
            _ => Plural(Words(type)),
        };
        return pattern.Scope switch
        {
            PatternScope.Item when type.Contains('*', StringComparison.Ordinal) => $"the entity {pattern.Id}",
            PatternScope.Item => $"the {Words(type)} {pattern.Id}",
            PatternScope.Group when pattern.Id == ResourcePattern.Anything => $"{kind} of any group",
            PatternScope.Group => $"{kind} of the group {pattern.Id}",
            _ => kind,
        };
    }

    /// <summary>The statement with its actions and its effect as forms name them.</summary>
    internal static Client.PermissionStatement Normal(Client.PermissionStatement statement) => statement with
    {
        Effect = new(statement.Effect.Value.ToUpperInvariant()),
        Action = [.. statement.Action.Select(action => new Client.PermissionAction(Normal(action.Value)))],
    };

    /// <summary>The same for a statement about support users.</summary>
    internal static Client.SupportStatement Normal(Client.SupportStatement statement) => statement with
    {
        Effect = statement.Effect.ToUpperInvariant(),
        Action = [.. statement.Action.Select(Normal)],
    };

    /// <summary>The rules of statements, to try them.</summary>
    internal static IReadOnlyList<PermissionRule> Rules(IEnumerable<Client.PermissionStatement> statements) =>
    [
        .. PermissionStatements.Rules(statements.Select(statement => new PermissionStatement
        {
            Effect = statement.Effect.Value,
            Action = [.. statement.Action.Select(action => action.Value)],
            Resource = statement.Resource,
        })),
    ];

    private static string Normal(string action) =>
        PermissionActions.TryRead(action, out var read) ? NameOf(read) : action;

    private static string NameOf(PermissionAction action) =>
        JsonNamingPolicy.SnakeCaseUpper.ConvertName(action.ToString());

    private static string Words(string type) => type switch
    {
        "orgUser" or "orguser" => "user",
        "orgUserInvitation" => "invitation",
        "serviceUserCredentials" => "access key",
        "support" => "support access",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(type).Replace('_', ' '),
    };

    private static string Plural(string words) => words[^1] switch
    {
        's' when words.EndsWith("ss", StringComparison.Ordinal) || words.EndsWith("us", StringComparison.Ordinal) =>
            $"{words}es",
        's' => words,
        'y' when words is [.., not ('a' or 'e' or 'o' or 'u'), 'y'] => $"{words[..^1]}ies",
        _ => $"{words}s",
    };

    private static string List(IEnumerable<string> parts, string last = " and ")
    {
        var all = parts.ToList();
        return all.Count == 1 ? all[0] : string.Join(", ", all[..^1]) + last + all[^1];
    }

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];
}
