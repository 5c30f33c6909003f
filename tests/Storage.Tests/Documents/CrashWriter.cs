using System.Globalization;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>A process that commits pairs of documents without end and prints the number of each.</summary>
internal static class CrashWriter
{
    internal const string Command = "write-documents";

    internal static async Task<int> RunAsync(string engineName, string address)
    {
        await using var engine = StoreEngine.Named(engineName);
        await using var store = await engine.OpenAsync(address, [Accounts.Kind], CancellationToken.None);
        for (var i = 0; ; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            try
            {
                await WritePairAsync(store, number);
            }
            catch (System.Data.Common.DbException)
            {
                // The server has crashed: what was not acknowledged need not be there.
                return 0;
            }

            await Console.Out.WriteLineAsync(number);
            await Console.Out.FlushAsync();
        }
    }

    private static Task<bool> WritePairAsync(IDocumentStore store, string number) => store.TransactAsync(
        "acme",
        async change =>
        {
            foreach (var id in new[] { $"left {number}", $"right {number}" })
                await change.InsertAsync(Accounts.Kind, "acme", Accounts.Write(id, id), CancellationToken.None);
            return true;
        },
        CancellationToken.None);
}
