using System.Globalization;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteSharedChangeTests() : SharedChangeSuite(new SqliteEngine());

public sealed class PostgresSharedChangeTests() : SharedChangeSuite(new PostgresEngine())
{
    [Fact]
    public async Task Changes_WhoseConnectionIsLost_AreAllRefusedAndTheNextOneIsKept()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = ChangeAsync(async change =>
        {
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a"), Token);
            entered.SetResult();
            await lost.Task;
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("b"), Token);
        });
        await entered.Task;
        await Engine.ExecuteAsync(
            Address,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            + "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            Token);
        lost.SetResult();

        await Should.ThrowAsync<StoreOutageException>(first);
        await InsertAsync(Accounts.Write("c"));
        (await IdsAsync()).ShouldBe(["c"]);
    }
}

/// <summary>Changes that come together share a commit, and nothing else.</summary>
public abstract class SharedChangeSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    private const int Changes = 240;

    [Fact]
    public async Task Changes_ThatComeTogether_AreEachKeptOrUndoneByThemselves()
    {
        await InsertAsync(Accounts.Write("sum", name: "0"));

        var kept = await Task.WhenAll(Enumerable.Range(0, Changes).Select(RunAsync));

        var expected = Enumerable.Range(0, Changes).Where(i => i % 5 == 0).ToList();
        kept.Index().Where(one => one.Item).Select(one => one.Index).ShouldBe(expected);
        (await IdsAsync()).Where(id => id != "sum").Order(StringComparer.Ordinal)
            .ShouldBe(expected.SelectMany(i => new[] { $"inserted {i}", $"appended {i}" })
                .Order(StringComparer.Ordinal));
        Accounts.NameOf(await FindAsync("sum")).ShouldBe($"{expected.Count}");
    }

    [Fact]
    public async Task Appended_Document_IsSeenByItsOwnChangeAndKeptWithIt()
    {
        await ChangeAsync(async change =>
        {
            await change.AppendAsync(Accounts.Kind, Acme, Accounts.Write("a", name: "x"), Token);
            (await change.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldNotBeNull();
            await change.AppendAsync(Accounts.Kind, Acme, Accounts.Write("b"), Token);
        });
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            await change.AppendAsync(Accounts.Kind, Acme, Accounts.Write("c"), Token);
            throw new InvalidTimeZoneException();
        }));

        (await IdsAsync()).ShouldBe(["b", "a"]);
        await Should.ThrowAsync<ArgumentException>(
            ChangeAsync(change => change.AppendAsync(Accounts.Kind, Other, Accounts.Write("d"), Token)));
    }

    [Fact]
    public async Task Changes_OfSeveralOrganizationsTogether_AreAllKept()
    {
        string[] organizations = [Acme, Other, "third", "fourth"];

        await Task.WhenAll(Enumerable.Range(0, Changes).Select(i =>
            InsertIntoAsync(organizations[i % 4], Accounts.Write($"{i}"))));

        foreach (var organization in organizations)
            (await IdsAsync(organization: organization)).Count.ShouldBe(Changes / 4);
    }

    [Fact]
    public async Task Store_ClosedAmongChanges_KeepsThoseItAnswered()
    {
        var changes = Enumerable.Range(0, Changes).Select(async i =>
        {
            try
            {
                await InsertAsync(Accounts.Write($"{i}"));
                return $"{i}";
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
        }).ToList();
        await changes[0];

        await ReopenAsync();

        var answered = (await Task.WhenAll(changes)).OfType<string>().ToList();
        answered.ShouldNotBeEmpty();
        (await IdsAsync()).Order(StringComparer.Ordinal).ShouldBe(answered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Changes_OfWhichSomeTakeAValueThatIsTaken_AreKeptWithoutThose()
    {
        await InsertAsync(Accounts.Write("holder", "taken"));

        var kept = await Task.WhenAll(Enumerable.Range(0, Changes).Select(async i =>
        {
            try
            {
                await InsertAsync(Accounts.Write($"{i}", i % 8 == 3 ? "taken" : $"code {i}"));
                return true;
            }
            catch (DuplicateKeyException taken)
            {
                taken.Column.ShouldBe("code");
                return false;
            }
        }));

        kept.Index().Where(one => !one.Item).Select(one => one.Index % 8).Distinct().ShouldBe([3]);
        (await IdsAsync()).Count.ShouldBe(1 + (Changes * 7 / 8));
    }

    [Fact]
    public async Task Changes_OfWhichSomeReplaceAVersionThatIsGone_AreKeptWithoutThose()
    {
        await InsertAsync(Accounts.Write("a"), Accounts.Write("b"));

        var replaced = await Task.WhenAll(Enumerable.Range(0, Changes).Select(i => Store.TransactAsync(
            Acme,
            async change =>
            {
                await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write($"{i}"), Token);
                return await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", version: 2), Token);
            },
            Token)));

        replaced.Count(isReplaced => isReplaced).ShouldBe(1);
        (await FindAsync("a"))!.Version.ShouldBe(2);
        (await IdsAsync()).Count.ShouldBe(2 + Changes);
    }

    [Fact]
    public async Task Change_ThatReadsAfterEachOfItsWrites_SeesThem()
    {
        await InsertAsync(Accounts.Write("a", name: "0"));
        await ChangeAsync(async change =>
        {
            for (var version = 1; version <= 3; version++)
            {
                (await change.UpdateAsync(
                    Accounts.Kind, Acme, version, Accounts.Write("a", name: $"{version}", version: version + 1),
                    Token)).ShouldBeTrue();
                await change.AppendAsync(Accounts.Kind, Acme, Accounts.Write($"appended {version}"), Token);
                Accounts.NameOf(await change.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldBe($"{version}");
            }
        });

        (await IdsAsync()).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Change_OfMoreThanGoesToTheEngineAtOnce_IsKeptAsAWhole()
    {
        const int Documents = 1_500;
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            await WriteAllAsync(change);
            throw new InvalidTimeZoneException();
        }));
        (await IdsAsync()).ShouldBeEmpty();

        await ChangeAsync(WriteAllAsync);
        (await IdsAsync()).Count.ShouldBe(Documents);

        static async ValueTask WriteAllAsync(IDocumentTransaction change)
        {
            for (var i = 0; i < Documents; i++)
                await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write($"{i}"), Token);
        }
    }

    // Of five one is kept. The others are refused before they write, after they appended or after they wrote, or are
    // given up in between.
    private async Task<bool> RunAsync(int i)
    {
        using var given = new CancellationTokenSource();
        try
        {
            return await Store.TransactAsync(
                Acme,
                async change =>
                {
                    var sum = (await change.FindAsync(Accounts.Kind, Acme, "sum", Token))!;
                    if (i % 5 == 1)
                        throw new InvalidTimeZoneException();
                    await change.AppendAsync(Accounts.Kind, Acme, Accounts.Write($"appended {i}"), Token);
                    if (i % 5 == 2)
                        throw new InvalidTimeZoneException();
                    var next = int.Parse(Accounts.NameOf(sum)!, CultureInfo.InvariantCulture) + 1;
                    (await change.UpdateAsync(
                        Accounts.Kind, Acme, sum.Version,
                        Accounts.Write("sum", name: $"{next}", version: sum.Version + 1), Token)).ShouldBeTrue();
                    if (i % 5 == 3)
                        throw new InvalidTimeZoneException();
                    if (i % 5 == 4)
                        await given.CancelAsync();
                    await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write($"inserted {i}"), given.Token);
                    return true;
                },
                Token);
        }
        catch (Exception failure) when (failure is InvalidTimeZoneException or OperationCanceledException)
        {
            return false;
        }
    }
}
