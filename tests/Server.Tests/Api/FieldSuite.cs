using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Tests.Api;

/// <summary>Every member of every kind of resource: kept as sent within its limits, refused by name beyond.</summary>
public abstract class FieldSuite(SharedServer server)
{
    /// <summary>Members that need what is not offered yet, or exclude a member of the sample.</summary>
    private static readonly string[] NotInSamples =
    [
        "Aggregation.customSql", "Pricing.planId", "Pricing.compoundAggregationId",
        "AccountPlan.planGroupId", "CounterPricing.planId", "Commitment.feeDates",
        "Charge.amount", "Charge.entityId", "BalanceChargeSchedule.amount", "ExternalMapping.integrationConfigId",
        "OtlpMapping.match[0].attribute", "OtlpMapping.account.property", "OtlpMapping.account.constant",
        "OtlpMapping.fields[0].property", "OtlpMapping.fields[0].constant",
    ];

    /// <summary>Choices that the contract lists and the kind refuses, by rules that have tests of their own.</summary>
    private static readonly string[] RefusedChoices =
    [
        "PlanTemplate.billFrequency=AD_HOC", "PlanTemplate.billFrequency=MIXED",
        "Aggregation.aggregation=CUSTOM_SQL", "Aggregation.aggregation=UNIQUE",
        // The sample has a surcharge.
        "Commitment.separateOverageUsage=true",
        // The sample has bands for overage, which need both as they are.
        "Pricing.cumulative=false", "Pricing.tiersSpanPlan=true",
        "Charge.entityType=BALANCE", "Charge.lineItemType=BALANCE_FEE",
        "StatementDefinition.measures[0].aggregations[0]=CUSTOM_SQL",
        // Data points have no body.
        "OtlpMapping.match[0].property=BODY",
    ];

    /// <summary>Texts that name something: any other text of the right length is refused.</summary>
    private static readonly string[] Names =
    [
        "Meter.derivedFields[0].calculation", "CompoundAggregation.calculation", "Aggregation.targetField",
        "Aggregation.segmentedFields[0]", "PlanTemplate.currency", "Account.currency",
        "Account.parentAccountId", "Account.emailAddress", "OrganizationConfig.currency",
        "OrganizationConfig.timezone", "PlanGroup.currency", "Commitment.currency",
        "BalanceTransactionSchedule.transactionTypeId", "OtlpMapping.fields[0].code",
    ];

    /// <summary>One of two references or amounts, and an account for which something is made, must stay.</summary>
    private static readonly string[] StayingMembers =
        ["planTemplateId", "aggregationId", "planId", "segment", "accountId", "units", "unitPrice", "balanceId",
            "multiplier", "match", "fields"];

    /// <summary>What a member that is left out reads as.</summary>
    private static readonly string[] Defaults = ["null", "false", "true", "\"DEBIT\"", "\"NONE\""];

    public static TheoryData<string> Kinds =>
        [.. AllKinds.Catalog.All.Where(kind => !kind.IsInternal).Select(kind => kind.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_WithEveryMember_IsReadBackEqualAndClearedByLeavingOut(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            place.Read(entity.Body).ShouldNotBeNull($"the sample of {kind} lacks {place.Path}");
            JsonNode.DeepEquals(place.Read(entity.Stored), place.Read(entity.Body)).ShouldBeTrue(place.Path);
        }
        (await entity.ReadAsync()).ToJsonString().ShouldBe(entity.Stored.ToJsonString());
        var required = AllKinds.Catalog.Of(kind).Shape.Members.Where(member => member.IsRequired)
            .Select(member => member.Name)
            .Concat(StayingMembers).ToHashSet();
        var least = new JsonObject(entity.Body.Where(member => required.Contains(member.Key))
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())));
        if (kind == "Aggregation")
            least["customFields"] = new JsonObject();

        var cleared = (await entity.ReplaceAsync(least)).Object;

        foreach (var (name, _) in entity.Body.Where(member => !least.ContainsKey(member.Key)))
            (cleared[name]?.ToJsonString() ?? "null").ShouldBeOneOf(Defaults, name);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_NumberAtAndPastItsEdge_IsAcceptedAndRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            if (place.Shape is not NumberShape number)
                continue;
            var step = number.IntegerBits is null ? 0.000000000001m : 1;
            // The smallest number that is kept.
            var least = number.IntegerBits is null ? 0.0000000000000000000000000001m : 1;
            foreach (var inside in new[] { number.AtLeast, number.Above + least, number.AtMost }.OfType<decimal>())
                await entity.ShouldAcceptAsync(place, Number(inside));
            foreach (var beyond in
                new[] { number.AtLeast - least, number.Above, number.AtMost + step }.OfType<decimal>())
                await entity.ShouldRefuseAsync(place, Number(beyond), "range");
            await entity.ShouldRefuseAsync(place, "1", "type");
            await entity.ShouldRefuseAsync(place, JsonNode.Parse("1e40"), "digits");
            if (number.IntegerBits is null)
            {
                await ShouldKeepAsync(entity, place, Number((number.AtLeast ?? 0) + 0.1234567890123456789012345678m));
                await entity.ShouldRefuseAsync(place, JsonNode.Parse("1e-29"), "digits");
            }
            if (number.IntegerBits is { } bits)
            {
                await entity.ShouldRefuseAsync(place, Number(1.5m), "type");
                await entity.ShouldRefuseAsync(place, Number(bits == 32 ? 2147483648m : 9223372036854775808m), "type");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_LongestText_IsAcceptedOrRefusedByName(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);
        // Of every text, and so of every column: what cannot be indexed must not come so far. Random, as what repeats
        // would be compressed.
        var random = new Random(kind.Length);
        var letters = new string(random.GetItems<char>("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 5_000));

        foreach (var place in Offered(kind))
        {
            if (place.Shape is not TextShape { Choices: null } text)
                continue;
            var length = Math.Min(text.Maximum ?? letters.Length, letters.Length);
            List<string> values = [letters[..length]];
            // The contract's pattern of identifiers, as tests read it, knows no characters beyond the first plane.
            if (text.Form != TextForm.Identifier)
                values.Add(string.Concat(Enumerable.Range(0, length).Select(_ =>
                    char.ConvertFromUtf32(random.Next(0x20000, 0x2a6d0)))));
            foreach (var value in values)
            {
                var answer = await entity.ReplaceAsync(place.With(entity.Body, value));
                answer.Status.ShouldBeOneOf(
                    [HttpStatusCode.OK, HttpStatusCode.BadRequest], $"{place.Path}: {answer.Message}");
                if (answer.Status == HttpStatusCode.BadRequest)
                    answer.Faults.ShouldNotBeEmpty();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_EachChoice_IsAcceptedAndAnyOtherRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            if (place.Shape is not TextShape { Choices: { } choices })
                continue;
            var offered = choices.Where(choice => !RefusedChoices.Contains($"{kind}.{place.Path}={choice}"));
            foreach (var choice in offered)
                await entity.ShouldAcceptAsync(place, choice);
            foreach (var unknown in new[] { "SIDEWAYS", choices[0].ToLowerInvariant(), "", "0" })
                await entity.ShouldRefuseAsync(place, unknown, "unknown_value");
            await entity.ShouldRefuseAsync(place, 0, "type");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_TextAtAndPastItsLimits_IsAcceptedAndRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            if (place.Shape is not TextShape { Choices: null } text)
                continue;
            await entity.ShouldRefuseAsync(place, true, "type");
            if (text.Maximum is { } maximum)
                await entity.ShouldRefuseAsync(place, new string('x', maximum + 1), "length");
            if (text.Minimum is { } minimum)
                await entity.ShouldRefuseAsync(place, new string('x', minimum - 1), "length");
            foreach (var malformed in Malformed(text))
                await entity.ShouldRefuseAsync(place, malformed, "form");
            // Texts of 36 characters are ids.
            if (text.Maximum is { } most && most != 36 && !Names.Contains($"{kind}.{place.Path}"))
                await entity.ShouldAcceptAsync(place, new string('x', most));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_DateOrFlagOfAnotherForm_IsRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            switch (place.Shape)
            {
                case DateShape:
                    await entity.ShouldAcceptAsync(place, "2024-02-29");
                    foreach (var text in new[] { "", "2026-02-29", "2026-01-01T00:00:00Z", "0000-01-01", "-001-01-01" })
                        await entity.ShouldRefuseAsync(place, text, "date");
                    break;
                case InstantShape:
                    foreach (var text in new[] { "", "today", "2026-02-29T00:00:00Z", "0001-01-01T00:00:00+18:00" })
                        await entity.ShouldRefuseAsync(place, text, "date_time");
                    break;
                case BooleanShape:
                    foreach (var flag in new[] { "true", "false" })
                        if (!RefusedChoices.Contains($"{kind}.{place.Path}={flag}"))
                            await entity.ShouldAcceptAsync(place, JsonNode.Parse(flag)!);
                    await entity.ShouldRefuseAsync(place, "true", "type");
                    break;
                default:
                    break;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Resource_ListOrMapPastItsLimits_IsRefused(string kind)
    {
        using var client = await server.NewOrganizationAsync();
        var entity = await Entity.MakeAsync(client, kind);

        foreach (var place in Offered(kind))
        {
            switch (place.Shape)
            {
                case ListShape list:
                    await entity.ShouldRefuseAsync(place, new JsonObject(), "type");
                    if (list.Maximum is { } most)
                        await entity.ShouldRefuseAsync(place, Repeated(place.Read(entity.Body)!, most + 1), "count");
                    if (list.Minimum is { } fewest)
                        await entity.ShouldRefuseAsync(place, Repeated(place.Read(entity.Body)!, fewest - 1), "count");
                    break;
                case MapShape { Maximum: { } entries }:
                    await entity.ShouldRefuseAsync(place, new JsonArray(), "type");
                    await entity.ShouldAcceptAsync(place, Map(entries));
                    await entity.ShouldRefuseAsync(place, Map(entries + 1), "count");
                    break;
                default:
                    break;
            }
        }
    }

    // A rule between members may refuse the number, but not for its digits.
    private static async Task ShouldKeepAsync(Entity entity, Place place, JsonNode number)
    {
        var answer = await entity.ReplaceAsync(place.With(entity.Body, number.DeepClone()));
        if (answer.Status == HttpStatusCode.OK)
            JsonNode.DeepEquals(place.Read(await entity.ReadAsync()), number).ShouldBeTrue(place.Path);
        else
            answer.Faults.ShouldNotContain($"digits {place.Path}");
    }

    private static IEnumerable<Place> Offered(string kind) => Place.Of(AllKinds.Catalog.Of(kind)).Where(place =>
        !NotInSamples.Contains($"{kind}.{place.Path}")
            && !place.Path.StartsWith("feeDates[", StringComparison.Ordinal));

    private static string[] Malformed(TextShape text) => text.Form switch
    {
        TextForm.Code => text.Minimum is null ? ["", " x", "x ", "a\tb", "a\u007fb"] : [" x", "x ", "a\nb"],
        TextForm.Identifier => text.Minimum is null ? ["", "1a", "a b", "a-b"] : ["1a", "a b", "a-b"],
        TextForm.Email => ["", "nobody", "@b", "a@", "a b@c"],
        // In answers only.
        TextForm.Url => [],
        TextForm.Id => ["a b", "ä", "a_b"],
        TextForm.Any => [],
    };

    private static JsonNode Number(decimal value) =>
        JsonNode.Parse(value.ToString(CultureInfo.InvariantCulture))!;

    private static JsonArray Repeated(JsonNode list, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => list.AsArray() is [{ } first, ..] ? first.DeepClone() : "x")];

    private static JsonObject Map(int entries) => new(Enumerable.Range(0, entries)
        .Select(number => KeyValuePair.Create($"name{number}", (JsonNode?)number)));
}

public sealed class SqliteFieldTests(SqliteServer server) : FieldSuite(server);

public sealed class PostgresFieldTests(PostgresServer server) : FieldSuite(server);
