using System.Net;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Installation;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>Files of upload jobs are kept until their job has ended, and not longer.</summary>
public sealed class LookupUploadTests : IDisposable
{
    private const string File = "country,rate\nUK,1\n";

    private readonly Restarts _restarts = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _restarts.Dispose();

    [Theory]
    [InlineData(File)]
    [InlineData("nothing\n")]
    public async Task Job_Ended_HasNoFileLeft(string file)
    {
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        var revision = await LookupSetup.MakeAsync(client);

        await revision.UploadAsync(file, "text/csv");

        await UntilNoneIsLeftAsync(server.Services.GetRequiredService<IFileStore>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public async Task Upload_WhoseTableIsDeletedWhileItIsTakenIn_LeavesNoFile(int rows)
    {
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        var revision = await LookupSetup.MakeAsync(client);
        var file = "country,rate\n" + string.Concat(Enumerable.Range(0, rows).Select(row => $"C{row},{row}\n"));
        var asked = await revision.AskForUploadAsync(file.Length, "text/csv");

        (await LookupSetup.SendAsync((string)asked["url"]!, file)).ShouldBe(HttpStatusCode.OK);
        (await client.DeleteAsync($"lookuptables/{revision.TableId}")).Status.ShouldBe(HttpStatusCode.OK);

        await UntilNoneIsLeftAsync(server.Services.GetRequiredService<IFileStore>());
    }

    [Fact]
    public async Task Upload_WhoseJobIsDeletedMeanwhile_LeavesNoFile()
    {
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        var revision = await LookupSetup.MakeAsync(client);
        var asked = await revision.AskForUploadAsync(2, "text/csv");
        using var http = new HttpClient();
        using var halves = new HalvedContent();
        var sending = http.PutAsync((string)asked["url"]!, halves, Token);
        await halves.IsHalfSent;
        var aside = _restarts.File("files/.aside");
        while (!Directory.Exists(aside) || Directory.GetFiles(aside).Length == 0)
            await Task.Yield();

        await client.DeleteAsync($"{revision.Data}/jobs/{asked["jobId"]}");
        halves.Finish();

        using var answer = await sending;
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await FilesAsync(server.Services.GetRequiredService<IFileStore>())).ShouldBeEmpty();
    }

    [Fact]
    public async Task Files_WhereAnEarlierVersionKeptThem_AreTakenInAndTheOthersRemoved()
    {
        string[] job;
        await using (var first = await _restarts.StartAsync())
            job = await LeaveJobAsync(first);
        var folder = _restarts.File("uploads/lookup-data");
        Directory.CreateDirectory(folder);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, job[0]), File, Token);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "half.0123"), "country", Token);

        await using var second = await _restarts.StartAsync();

        using var client = await _restarts.SignInAsync(second);
        var revision = new LookupSetup(client, job[1], job[2]);
        ((string?)(await revision.EndedAsync(job[0]))["status"]).ShouldBe("SUCCEEDED");
        (await revision.ItemsAsync()).ShouldBe(["""{"country":"UK","rate":1}"""]);
        Directory.Exists(_restarts.File("uploads")).ShouldBeFalse();
    }

    [Fact]
    public async Task File_ThatNobodyClaimed_IsRemovedAfterItsExpiry()
    {
        await using (var first = await _restarts.StartAsync())
            await first.Services.GetRequiredService<IFileStore>().PutAsync(
                LookupUploads.KeyOf(_restarts.Credentials.OrganizationId, "1"), new MemoryStream([1]),
                new FileTerms { MaxLength = 1, Expiry = SystemClock.Instance.GetCurrentInstant() }, Token);
        var folder = _restarts.File($"files/{LookupUploads.FileKind}/{_restarts.Credentials.OrganizationId}");
        Directory.GetFiles(folder).ShouldHaveSingleItem();

        await using var second = await _restarts.StartAsync();

        while (Directory.GetFiles(folder).Length > 0)
            await Task.Yield();
    }

    [Fact]
    public async Task Job_WhoseFileIsLost_FailsAndSaysSo()
    {
        string[] job;
        await using (var first = await _restarts.StartAsync())
            job = await LeaveJobAsync(first);

        await using var second = await _restarts.StartAsync();

        using var client = await _restarts.SignInAsync(second);
        var ended = await new LookupSetup(client, job[1], job[2]).EndedAsync(job[0]);
        ((string?)ended["failureReason"]).ShouldBe("The uploaded file no longer exists. Upload it again.");
    }

    [Fact]
    public async Task UploadUrl_OfAKey_IsOfItsOrganizationAlone()
    {
        await using var server = await _restarts.StartAsync();
        var key = LookupUploads.KeyOf("acme", "1");
        var signatures = server.Services.GetRequiredService<UrlSignatures>();
        var until = SystemClock.Instance.GetCurrentInstant() + LookupUploads.UrlLifetime;
        var parts = signatures.Sign("PUT", "acme", key.Text, until).Split('&', '=');

        signatures.IsGood("PUT", "acme", key.Text, parts[1], parts[3]).ShouldBeTrue();
        signatures.IsGood("PUT", "other", key.Text, parts[1], parts[3]).ShouldBeFalse();
        signatures.IsGood("GET", "acme", key.Text, parts[1], parts[3]).ShouldBeFalse();
        signatures.IsGood("PUT", "acme", key.Text + "2", parts[1], parts[3]).ShouldBeFalse();
        signatures.IsGood("PUT", "acme", key.Text, parts[1] + "0", parts[3]).ShouldBeFalse();
        signatures.IsGood("PU", "Tacme", key.Text, parts[1], parts[3]).ShouldBeFalse();
    }

    /// <summary>Makes an upload job with its file received and nobody at work, as earlier versions left them.</summary>
    /// <returns>Ids of the job, the table and the revision.</returns>
    private async Task<string[]> LeaveJobAsync(RunningServer running)
    {
        using var client = await _restarts.SignInAsync(running);
        var revision = await LookupSetup.MakeAsync(client);
        var job = await running.Services.GetRequiredService<ResourceService>().ChangeAsync(
            _restarts.Credentials.OrganizationId, "TEST", Token,
            change => change.PutAsync(LookupTableResource.Jobs, null, new LookupTableDataJob
            {
                LookupTableId = revision.TableId,
                RevisionId = revision.RevisionId,
                Type = LookupTableDataJobType.Upload,
                Status = LookupTableDataJobStatus.Pending,
                ContentType = "text/csv",
                ContentLength = File.Length,
                IsReceived = true,
            }));
        return [job.Id, revision.TableId, revision.RevisionId];
    }

    private async Task UntilNoneIsLeftAsync(IFileStore files)
    {
        // The job ends before its file goes: a crash between the two leaves the file to its expiry.
        while ((await FilesAsync(files)).Count > 0)
            await Task.Yield();
    }

    private async Task<IReadOnlyList<StoredFile>> FilesAsync(IFileStore files) => await files.ListAsync(
        new FilePrefix(LookupUploads.FileKind, _restarts.Credentials.OrganizationId), null, 10, Token);

    /// <summary>Sends one byte, and the other when told.</summary>
    private sealed class HalvedContent : HttpContent
    {
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task IsHalfSent => _half.Task;

        internal void Finish() => _rest.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("a"u8.ToArray());
            await stream.FlushAsync();
            _half.SetResult();
            await _rest.Task;
            await stream.WriteAsync("b"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 2;
            return true;
        }
    }
}
