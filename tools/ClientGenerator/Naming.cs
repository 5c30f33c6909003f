using System.Text.RegularExpressions;

namespace Tallystick.ClientGenerator;

/// <summary>Names in C#: from rules, and from tables where a rule would give a name that nobody expects.</summary>
internal static partial class Naming
{
    private static readonly Dictionary<string, string> Records = new(StringComparer.Ordinal)
    {
        ["MeasurementRequest"] = "Measurement",
        ["CustomField"] = "CustomFields",
        ["Support"] = "SupportAccess",
        ["MeResponse"] = "CurrentPrincipal",
        ["OrgUserInvitation"] = "Invitation",
        ["OrgUserInvitationSent"] = "SentInvitation",
    };

    private static readonly Dictionary<string, string> Members = new(StringComparer.Ordinal)
    {
        ["Aggregation.aggregation"] = "Method",
        ["includeall"] = "IncludeAll",
        ["specversion"] = "SpecVersion",
        ["datacontenttype"] = "DataContentType",
        ["startDateTimeUTC"] = "StartDateTimeUtc",
        ["endDateTimeUTC"] = "EndDateTimeUtc",
    };

    /// <summary>What the document says is always there and is null at times.</summary>
    private static readonly HashSet<string> Nullable = ["Event.dtActioned"];

    /// <summary>Values of several words that the API writes as one.</summary>
    private static readonly Dictionary<string, string> Compounds = new(StringComparer.Ordinal)
    {
        ["ACCOUNTPLAN"] = "AccountPlan",
        ["FILEUPLOAD"] = "FileUpload",
        ["HEALTHSCORES"] = "HealthScores",
        ["SERVICEUSER"] = "ServiceUser",
        ["SUPPORTUSERS"] = "SupportUsers",
        ["USERGROUP"] = "UserGroup",
    };

    // By the path below the organization; the longest that fits. Others are named after their first segment.
    private static readonly (string Path, string Resource)[] Resources =
    [
        ("accountplans", "AccountPlans"),
        ("balances/{}/balancechargeschedules", "BalanceChargeSchedules"),
        ("balances/{}/balancetransactionschedules", "BalanceTransactionSchedules"),
        ("balances/{}/transactions", "BalanceTransactions"),
        ("billconfig", "BillConfig"),
        ("billjobs", "BillJobs"),
        ("bills/{}/creditlineitems", "CreditLineItems"),
        ("bills/{}/debitlineitems", "DebitLineItems"),
        ("bills/{}/lineitems", "LineItems"),
        ("compoundaggregations", "CompoundAggregations"),
        ("counteradjustments", "CounterAdjustments"),
        ("counterpricings", "CounterPricings"),
        ("customfields", "CustomFields"),
        ("dataexplorer", "DataExplorer"),
        ("externalmappingconfiguration", "ExternalMappingConfiguration"),
        ("externalmappings", "ExternalMappings"),
        ("fileuploads", "FileUploads"),
        ("invoicesettings", "InvoiceSettings"),
        ("lineitems", "LineItems"),
        ("lookuptables", "LookupTables"),
        ("lookuptables/{}/revisions", "LookupTableRevisions"),
        ("lookuptables/{}/revisions/{}/data", "LookupTableData"),
        ("measurements/erasures", "MeasurementErasures"),
        ("measurements/voids", "MeasurementVoids"),
        ("organizationconfig", "OrganizationConfig"),
        ("otlpmappings", "OtlpMappings"),
        ("permissionpolicies", "PermissionPolicies"),
        ("picklists/billgroupingkeys", "BillGroupingKeys"),
        ("picklists/creditreasons", "CreditReasons"),
        ("picklists/currency", "Currencies"),
        ("picklists/debitreasons", "DebitReasons"),
        ("picklists/transactiontypes", "TransactionTypes"),
        ("plangrouplinks", "PlanGroupLinks"),
        ("plangroups", "PlanGroups"),
        ("plantemplates", "PlanTemplates"),
        ("resourcegroups", "ResourceGroups"),
        ("sampleorganization", "SampleOrganization"),
        ("serviceusers", "ServiceUsers"),
        ("serviceusers/{}/credentials", "AccessKeys"),
        ("signin", "Users"),
        ("statementdefinitions", "StatementDefinitions"),
        ("statementjobs", "StatementJobs"),
        ("support", "SupportAccess"),
        ("usage", "Usage"),
        ("usage/savedqueries", "SavedQueries"),
    ];

    /// <summary>The name of the record of a schema, whose ending is already removed where that is right.</summary>
    internal static string Record(string schema) => Records.GetValueOrDefault(schema, schema);

    internal static string Member(string record, string json)
    {
        var name = Members.GetValueOrDefault($"{record}.{json}") ?? Members.GetValueOrDefault(json) ?? Pascal(json);
        // A member cannot have the name of its type.
        return name == record ? name + "Value" : name;
    }

    internal static bool IsNullable(string record, string json) => Nullable.Contains($"{record}.{json}");

    internal static string Parameter(string json) => Camel(Members.GetValueOrDefault(json, json)) switch
    {
        "operator" => "@operator",
        var name => name,
    };

    /// <summary>The name of the property of the client that has an operation, and where its path begins.</summary>
    internal static (string Resource, string Path) Resource(string path)
    {
        var shape = Braces().Replace(path, "{}");
        var found = Resources
            .Where(one => shape == one.Path || shape.StartsWith(one.Path + "/", StringComparison.Ordinal))
            .OrderByDescending(one => one.Path.Length).FirstOrDefault();
        var (prefix, resource) = found.Resource is null ? (shape.Split('/')[0], Pascal(shape.Split('/')[0])) : found;
        return (resource, string.Join('/', path.Split('/').Take(prefix.Split('/').Length)));
    }

    /// <summary>As <c>HalfUp</c> for <c>HALF_UP</c>.</summary>
    internal static string ChoiceMember(string value)
    {
        var name = string.Concat(value.Split('_', '/', '-').Select(
            word => Compounds.GetValueOrDefault(word)
                ?? Pascal(word.All(letter => !char.IsLower(letter)) ? word.ToLowerInvariant() : word)));
        // That is the name of its text.
        return name == "Value" ? "ValueChoice" : name;
    }

    /// <summary>As in <c>plan group links</c>.</summary>
    internal static string Words(string name) => string.Concat(name.Select((letter, index) =>
        (char.IsUpper(letter) && index > 0 ? " " : "") + char.ToLowerInvariant(letter)));

    internal static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    internal static string Pascal(string name) =>
        string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>Whether a member must not get into logs.</summary>
    internal static bool IsSecret(string member) =>
        Secret().IsMatch(member);

    [GeneratedRegex("secret|password|accessToken|acceptUrl", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();
}
