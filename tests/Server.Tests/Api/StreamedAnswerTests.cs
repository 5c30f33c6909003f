using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Tests.Api;

/// <summary>Large responses leave while they are produced; clients that do not read them are disconnected.</summary>
public sealed class StreamedAnswerTests
{
    private const int Items = 2000;
    private static readonly string Item = new('x', 1000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Response_OfManySmallParts_LeavesWhileItIsProduced()
    {
        var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestAborted = Token, Response = { Body = body } };
        var pending = new List<long>();

        await JsonAnswer.StreamAsync(context, TimeSpan.FromMinutes(1), async (json, betweenParts) =>
        {
            json.WriteStartArray();
            for (var item = 0; item < Items; item++)
            {
                json.WriteStringValue(Item);
                await betweenParts();
                pending.Add(json.BytesCommitted + json.BytesPending - body.Length);
            }
            json.WriteEndArray();
        });

        pending.Max().ShouldBeLessThan(128 * 1024);
        JsonDocument.Parse(body.ToArray()).RootElement.GetArrayLength().ShouldBe(Items);
    }

    [Fact]
    public async Task Response_ThatTheClientDoesNotRead_EndsWithTheConnection()
    {
        using var aborted = new CancellationTokenSource();
        var context = new DefaultHttpContext { Response = { Body = new UnreadStream() } };
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(aborted));

        await JsonAnswer.StreamAsync(context, TimeSpan.FromMilliseconds(1), async (json, betweenParts) =>
        {
            json.WriteStartArray();
            for (var item = 0; item < Items; item++)
            {
                json.WriteStringValue(Item);
                await betweenParts();
            }
            json.WriteEndArray();
        });

        aborted.IsCancellationRequested.ShouldBeTrue();
    }

    private sealed class Lifetime(CancellationTokenSource aborted) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = aborted.Token;

        public void Abort() => aborted.Cancel();
    }

    /// <summary>Takes nothing, like a connection whose client does not read.</summary>
    private sealed class UnreadStream : MemoryStream
    {
        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Task.Delay(Timeout.Infinite, cancellationToken));
    }
}
