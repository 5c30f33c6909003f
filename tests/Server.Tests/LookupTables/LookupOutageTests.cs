using System.Net;
using System.Text;
using Tallystick.Server.Tests.Installation;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>A disk that cannot take an upload loses nothing, and its sender is told to try again.</summary>
public sealed class LookupOutageTests : IDisposable
{
    private const string File = "country,rate\nUK,1\n";

    private readonly Restarts _restarts = new();

    public void Dispose() => _restarts.Dispose();

    [Fact]
    public async Task Upload_WhileTheDiskCannotTakeIt_IsToBeSentAgainAndIsThenTaken()
    {
        await using var server = await _restarts.StartAsync();
        using var client = await _restarts.SignInAsync(server);
        var revision = await LookupSetup.MakeAsync(client);
        var asked = await revision.AskForUploadAsync(File.Length, "text/csv");
        var folder = _restarts.File("files");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        // Fails for every user, as a full disk does.
        System.IO.File.WriteAllText(folder, "");
        using var http = new HttpClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(File));

        using var answer = await http.PutAsync(
            (string)asked["url"]!, content, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .ShouldNotContain(_restarts.Data);
        System.IO.File.Delete(folder);
        (await LookupSetup.SendAsync((string)asked["url"]!, File)).ShouldBe(HttpStatusCode.OK);
        ((string?)(await revision.EndedAsync((string)asked["jobId"]!))["status"]).ShouldBe("SUCCEEDED");
    }
}
