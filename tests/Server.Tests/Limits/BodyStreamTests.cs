using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using NodaTime;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Storage.Files;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Limits;

/// <summary>The body of an upload as a stream: whole, or ended by its time with nothing kept.</summary>
public sealed class BodyStreamTests : IDisposable
{
    private static readonly FileKey Key = FileKey.Of("reports", "acme", "1");

    private readonly TemporaryDirectory _directory = new();
    private readonly Pipe _pipe = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Body_ThatStops_IsEndedByItsTimeAndNothingIsKept()
    {
        var files = DirectoryFileStore.Open(_directory.File("files"), SystemClock.Instance);
        await _pipe.Writer.WriteAsync(new byte[] { 1, 2 }, Token);
        using var body = new BodyReader(Context(), TimeSpan.FromMilliseconds(20));
        await using var content = new BodyStream(body);

        await Should.ThrowAsync<BodyTooLateException>(
            () => files.PutAsync(Key, content, new FileTerms { MaxLength = 10 }, Token));

        (await files.FindAsync(Key, Token)).ShouldBeNull();
        Directory.GetFiles(_directory.File($"files/{DirectoryFileStore.AsideName}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Body_InParts_IsReadWholeIntoBuffersOfAnySize()
    {
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);
        using var body = new BodyReader(Context(), TimeSpan.FromMinutes(10));
        await using var content = new BodyStream(body);
        var sending = SendAsync(bytes);
        using var read = new MemoryStream();

        for (var size = 1; ; size = size * 3 % 5003)
        {
            var buffer = new byte[size];
            var length = await content.ReadAsync(buffer, Token);
            if (length == 0)
                break;
            read.Write(buffer, 0, length);
        }

        await sending;
        read.ToArray().ShouldBe(bytes);
    }

    private async Task SendAsync(byte[] bytes)
    {
        foreach (var part in bytes.Chunk(777))
            await _pipe.Writer.WriteAsync(part, Token);
        await _pipe.Writer.CompleteAsync();
    }

    private DefaultHttpContext Context()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new PipeFeature(_pipe.Reader));
        return context;
    }

    private sealed record PipeFeature(PipeReader Reader) : IRequestBodyPipeFeature;
}
