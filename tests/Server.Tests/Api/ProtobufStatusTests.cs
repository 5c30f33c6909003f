using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Tests.Api;

/// <summary>Errors have the encoding of the request, and say when to retry.</summary>
public sealed class ProtobufStatusTests
{
    [Theory]
    [InlineData("application/x-protobuf", "application/x-protobuf")]
    [InlineData("Application/X-Protobuf; charset=utf-8", "application/x-protobuf")]
    [InlineData("application/json", "application/json")]
    [InlineData(null, "application/json")]
    [InlineData("nonsense;;", "application/json")]
    public async Task Error_OfARequest_HasItsEncoding(string? sent, string expected)
    {
        var (response, body) = await GuardAsync(sent, new TooManyRequestsException("Wait.", 3));

        response.StatusCode.ShouldBe(429);
        response.Headers.RetryAfter.ToString().ShouldBe("3");
        response.ContentType.ShouldBe(expected);
        if (expected == "application/json")
            Encoding.UTF8.GetString(body).ShouldBe("""{"message":"Wait."}""");
        else
            MessageOf(body).ShouldBe("Wait.");
    }

    [Fact]
    public async Task Error_OfAnOverload_CanBeRetried()
    {
        var (response, body) = await GuardAsync("application/x-protobuf", new ServerBusyException("Busy."));

        response.StatusCode.ShouldBe(503);
        response.Headers.RetryAfter.ToString().ShouldNotBeEmpty();
        MessageOf(body).ShouldBe("Busy.");
    }

    private static async Task<(HttpResponse Response, byte[] Body)> GuardAsync(string? contentType, Exception fault)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Request = { ContentType = contentType }, Response = { Body = body } };
        await ErrorAnswer.GuardAsync(context, _ => throw fault);
        return (context.Response, body.ToArray());
    }

    private static string MessageOf(byte[] status)
    {
        var input = new CodedInputStream(status);
        input.ReadTag().ShouldBe(WireFormat.MakeTag(2, WireFormat.WireType.LengthDelimited));
        var message = input.ReadString();
        input.IsAtEnd.ShouldBeTrue();
        return message;
    }
}
