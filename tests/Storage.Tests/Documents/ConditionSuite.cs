using CsCheck;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteConditionTests() : ConditionSuite(new SqliteEngine());

public sealed class PostgresConditionTests() : ConditionSuite(new PostgresEngine());

/// <summary>Conditions select the documents that a plain reading of them selects.</summary>
public abstract class ConditionSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    private static readonly string?[] Names =
    [
        null, "", " ", "a", "A", "ab", "abc", "a%", "a_", "%", "_", "\\", "\\%", "'", "''", "\"", "a'b", "-- ", ";",
        "*", "[a]", "é", "e\u0301", "ß", "ss", "I", "İ", "ı", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "😀", "😀a", "😁",
        "\U0010FFFF", "\U0010FFFFa", "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z", "10", "9", "\u0001", "null",
    ];

    private static readonly Gen<string> Values = Gen.OneOf(
        OneOf([.. Names.OfType<string>()]), OneOf("\0", "a\0", "\ud83d", "\ude00", "absent"));

    private static readonly Gen<string> Columns = OneOf("id", "code", "name");

    private static readonly Gen<Condition> Simple = Gen.OneOf(
        Gen.Select(Columns, Gen.Enum<Comparison>(), Values)
            .Select(Condition (parts) => new Condition.Compare(parts.Item1, parts.Item2, parts.Item3)),
        Gen.Select(Columns, Values.List[0, 5])
            .Select(Condition (parts) => new Condition.In(parts.Item1, parts.Item2)),
        Gen.Select(Columns, Values.List[0, 5])
            .Select(Condition (parts) => new Condition.NotIn(parts.Item1, parts.Item2)),
        Columns.Select(Condition (column) => new Condition.Missing(column)));

    private static readonly Gen<Condition> Pairs = Combined(Gen.OneOf(Simple, Simple, Combined(Simple)));

    [Theory]
    [InlineData(Comparison.Equal, "b", "b")]
    [InlineData(Comparison.Less, "b", "a")]
    [InlineData(Comparison.LessOrEqual, "b", "a b")]
    [InlineData(Comparison.Greater, "b", "ba c")]
    [InlineData(Comparison.GreaterOrEqual, "b", "b ba c")]
    [InlineData(Comparison.StartsWith, "b", "b ba")]
    [InlineData(Comparison.Contains, "a", "a ba")]
    public async Task Comparison_WithAValue_NeverHoldsForAMissingOne(
        Comparison comparison, string value, string expected)
    {
        await InsertAsync(
            Accounts.Write("a", name: "a"), Accounts.Write("b", name: "b"), Accounts.Write("ba", name: "ba"),
            Accounts.Write("c", name: "c"), Accounts.Write("missing"));
        var query = new DocumentQuery { Where = new Condition.Compare("name", comparison, value), IsAscending = true };
        (await IdsAsync(query)).ShouldBe(expected.Split(' '));
    }

    [Fact]
    public async Task Condition_OfAnyShape_SelectsWhatItSays()
    {
        var stored = await InsertNamesAsync();
        await Pairs.SampleAsync(
            async condition =>
            {
                var expected = stored.Where(write => Holds(condition, write)).Select(write => write.Id);
                return (await IdsAsync(new DocumentQuery { Where = condition, IsAscending = true }))
                    .SequenceEqual(expected);
            },
            iter: 1_500,
            threads: 1);
    }

    [Fact]
    public async Task Condition_OnEveryNameAndComparison_SelectsWhatItSays()
    {
        var stored = await InsertNamesAsync();
        foreach (var comparison in Enum.GetValues<Comparison>())
        {
            foreach (var name in Names.OfType<string>())
            {
                var condition = new Condition.Compare("name", comparison, name);
                var expected = stored.Where(write => Holds(condition, write)).Select(write => write.Id);
                (await IdsAsync(new DocumentQuery { Where = condition, IsAscending = true }))
                    .ShouldBe(expected, $"{comparison} '{name}'");
            }
        }
    }

    [Fact]
    public async Task In_WithTwoHundredValues_SelectsThem()
    {
        await InsertAsync([.. Enumerable.Range(0, 300).Select(i => Accounts.Write($"{i}", $"{i}"))]);
        var values = Enumerable.Range(50, 200).Select(i => $"{i}").ToList();
        (await IdsAsync(new Condition.In("code", values))).ShouldBe(Enumerable.Reverse(values));
    }

    [Fact]
    public async Task Groups_OfNothing_AreAllAndNone()
    {
        await InsertAsync(Accounts.Write("a"));
        (await IdsAsync(Condition.And())).ShouldBe(["a"]);
        (await IdsAsync(Condition.Or())).ShouldBeEmpty();
        (await IdsAsync(new Condition.In("id", []))).ShouldBeEmpty();
    }

    [Fact]
    public async Task List_LongerThanAnEngineTakesParameters_SelectsAsAShortOne()
    {
        await InsertAsync(Accounts.Write("a", name: "é'\"\\"), Accounts.Write("b", name: "b"), Accounts.Write("c"));
        string[] names = ["é'\"\\", .. Enumerable.Range(0, 70_000).Select(number => $"name {number}")];

        (await IdsAsync(new Condition.In("name", names))).ShouldBe(["a"]);
        (await IdsAsync(new Condition.NotIn("name", names))).ShouldBe(["b"]);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("document")]
    [InlineData("organization_id")]
    [InlineData("name\" = '' OR 1 = 1 --")]
    public async Task Condition_OnAnUndeclaredColumn_IsRefused(string column)
    {
        await Should.ThrowAsync<ArgumentException>(IdsAsync(Condition.Equal(column, "x")));
        await Should.ThrowAsync<ArgumentException>(IdsAsync(new Condition.In(column, [])));
        await Should.ThrowAsync<ArgumentException>(IdsAsync(new Condition.NotIn(column, [])));
        await Should.ThrowAsync<ArgumentException>(IdsAsync(Condition.Or(new Condition.Missing(column))));
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<Condition> Combined(Gen<Condition> part) => Gen.Select(part.List[0, 3], Gen.Bool)
        .Select(Condition (parts) => parts.Item2 ? new Condition.All(parts.Item1) : new Condition.Any(parts.Item1));

    private async Task<List<DocumentWrite>> InsertNamesAsync()
    {
        var writes = Names
            .Select((name, i) =>
                Accounts.Write($"{name}{(i % 2 == 0 ? "" : "😀")}#{i}", i % 3 == 0 ? null : name, name))
            .ToList();
        await InsertAsync(writes);
        return writes;
    }

    private static bool Holds(Condition condition, DocumentWrite write) => condition switch
    {
        Condition.Compare compare => Value(compare.Column, write) is { } value && Holds(compare, value),
        Condition.In oneOf => Value(oneOf.Column, write) is { } value && oneOf.Values.Contains(value),
        Condition.NotIn noneOf => Value(noneOf.Column, write) is { } value && !noneOf.Values.Contains(value),
        Condition.Missing missing => Value(missing.Column, write) is null,
        Condition.All all => all.Conditions.All(part => Holds(part, write)),
        Condition.Any any => any.Conditions.Any(part => Holds(part, write)),
        _ => throw new ArgumentException(condition.ToString()),
    };

    private static bool Holds(Condition.Compare compare, string value)
    {
        // What cannot be stored is like no stored value, hence neither less nor greater.
        if (compare.Value.Contains('\0') || compare.Value is "\ud83d" or "\ude00")
            return false;
        var order = CompareCodePoints(value, compare.Value);
        return compare.Comparison switch
        {
            Comparison.Equal => order == 0,
            Comparison.Less => order < 0,
            Comparison.LessOrEqual => order <= 0,
            Comparison.Greater => order > 0,
            Comparison.GreaterOrEqual => order >= 0,
            Comparison.StartsWith => value.StartsWith(compare.Value, StringComparison.Ordinal),
            Comparison.Contains => compare.Value.Length > 0 && value.Contains(compare.Value, StringComparison.Ordinal),
        };
    }

    private static int CompareCodePoints(string left, string right)
    {
        foreach (var (one, other) in left.EnumerateRunes().Zip(right.EnumerateRunes()))
        {
            if (one != other)
                return one.CompareTo(other);
        }

        return left.Length.CompareTo(right.Length);
    }

    private static string? Value(string column, DocumentWrite write) => column switch
    {
        "id" => write.Id,
        "code" => write.Columns[0],
        _ => write.Columns[1],
    };
}
