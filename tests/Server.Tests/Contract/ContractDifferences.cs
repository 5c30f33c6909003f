namespace Tallystick.Server.Tests.Contract;

/// <summary>
/// Where we answer otherwise than the contract's schema says, by name: its words or another of its operations say
/// what is meant.
/// </summary>
internal static class ContractDifferences
{
    /// <summary>Members of answers whose schema does not hold.</summary>
    /// <remarks>
    /// The words call the ended entities lists of ids, and the schema objects with a flag. An event that nobody has
    /// dealt with has no <c>dtActioned</c>, which we tell as null.
    /// </remarks>
    internal static IReadOnlySet<string> MembersToldOtherwise { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "updatedEntities", "failedEntities", "dtActioned" };

    /// <summary>Members of answers that may have other values than the schema lists.</summary>
    /// <remarks>
    /// The words on permission statements ask for <c>allow</c> and <c>config:create</c>, the schema lists
    /// <c>ALLOW</c> and <c>CONFIG_CREATE</c>. We take both and answer a statement as it was sent.
    /// </remarks>
    internal static IReadOnlySet<string> MembersOfOtherValues { get; } =
        new HashSet<string>(StringComparer.Ordinal) { "effect", "action" };

    /// <summary>
    /// Lists by their description and their paging, which the contract's schema types as one entity.
    /// </summary>
    private static readonly HashSet<string> ListsTypedAsOne = new(StringComparer.Ordinal)
    {
        "GET /organizations/{orgId}/users/{id}/permissions", "GET /organizations/{orgId}/users/{id}/usergroups",
    };

    /// <summary>Whether the schema of the operation's answer does not hold.</summary>
    /// <remarks>The words call a preview a list of what a schedule would make, and the schema one schedule.</remarks>
    internal static bool HasOtherAnswer(string operation) =>
        ListsTypedAsOne.Contains(operation)
            || (operation.EndsWith("/preview", StringComparison.Ordinal)
                && operation.Contains("/balances/", StringComparison.Ordinal));

    /// <summary>The operation that has the right schema of this operation's answer.</summary>
    /// <remarks>PUT and POST of compound aggregations have the answer of simple ones; GET has the right one.</remarks>
    internal static string WithAnswerOf(string operation) =>
        (operation.StartsWith("PUT ", StringComparison.Ordinal)
            || operation.StartsWith("POST ", StringComparison.Ordinal))
        && operation.Contains("/compoundaggregations", StringComparison.Ordinal)
            ? "GET /organizations/{orgId}/compoundaggregations/{id}"
            : operation;
}
