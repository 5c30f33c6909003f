using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;

namespace Tallystick.Server.Tests.Api;

/// <summary>The bytes of a body: its JSON, its encoding, its compression.</summary>
public sealed class BodyFormTests(SqliteServer shared)
{
    private const string Submission =
        """{"measurements":[{"uid":"1","meter":"m","account":"a","ts":"2026-01-01T00:00:00Z"}]}""";

    // The framework writes nothing at all for an empty text.
    private static readonly byte[] EmptyMember =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData("""{"name":"n","name":"n","code":"c"}""", "name")]
    [InlineData("""{"name":null,"name":"n","code":"c"}""", "name")]
    [InlineData("""{"name":"n","n\u0061me":"n","code":"c"}""", "name")]
    [InlineData("""{"name":"n","code":"c","zz":1,"zz":1}""", "zz")]
    [InlineData("""{"name":"n","code":"c","id":"1","id":"1"}""", "id")]
    [InlineData("""{"name":"n","code":"c","zz":{"y":[0,{"x":1,"x":2}]}}""", "zz.y[1].x")]
    [InlineData("""{"name":"n","code":"c","customFields":{"x":1,"x":1}}""", "customFields.x")]
    public async Task Member_GivenTwice_IsRefusedByPath(string body, string path)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.PostAsync("products", body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldBe($"{path}: appears more than once");
        (await client.GetAsync("products")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Json_Malformed_IsRefusedWithItsPlaceInOurWords()
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.PostAsync("products", "{\n\"name\": nobody}");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldBe("The request body is not valid JSON at line 2, byte 10");
    }

    [Theory]
    [InlineData("products", """{"name":"n","code":"c"}""")]
    [InlineData("measurements", Submission)]
    public async Task Json_AfterAByteOrderMark_IsAccepted(string path, string body)
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.PostAsync(path, "\ufeff" + body)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Length_OfText_IsCountedInCodePoints()
    {
        using var client = await shared.NewOrganizationAsync();
        string Named(int characters) =>
            $$"""{"name":"{{string.Concat(Enumerable.Repeat("\ud83d\ude00", characters))}}","code":"c"}""";

        (await client.PostAsync("products", Named(201))).Message.ShouldBe("name: must have 1 to 200 characters");
        (await client.PostAsync("products", Named(200))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Gzip_Whole_IsAccepted() =>
        (await SubmitAsync(Zip(Submission))).Status.ShouldBe(HttpStatusCode.OK);

    [Theory]
    [InlineData("trailing garbage")]
    [InlineData("no trailer")]
    [InlineData("half a trailer")]
    [InlineData("wrong checksum")]
    [InlineData("cut in the data")]
    [InlineData("a second member")]
    [InlineData("an empty member before")]
    [InlineData("an empty member behind")]
    [InlineData("its trailer again")]
    [InlineData("garbage and its trailer again")]
    [InlineData("empty")]
    [InlineData("no gzip")]
    public async Task Gzip_NotOneWholeMember_IsRefused(string fault)
    {
        var whole = Zip(Submission);
        byte[] body = fault switch
        {
            "trailing garbage" => [.. whole, .. "garbage"u8],
            "no trailer" => whole[..^8],
            "half a trailer" => whole[..^4],
            "wrong checksum" => [.. whole[..^8], (byte)(whole[^8] ^ 1), .. whole[^7..]],
            "cut in the data" => whole[..20],
            "a second member" => [.. whole, .. Zip(" ")],
            "an empty member before" => [.. EmptyMember, .. whole],
            "an empty member behind" => [.. whole, .. EmptyMember],
            "its trailer again" => [.. whole, .. whole[^8..]],
            "garbage and its trailer again" => [.. whole, .. "garbage"u8, .. whole[^8..]],
            "empty" => [],
            _ => Encoding.UTF8.GetBytes(Submission),
        };

        var answer = await SubmitAsync(body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldContain("gzip");
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public async Task Gzip_AtAnyLevel_IsAccepted(CompressionLevel level) =>
        (await SubmitAsync(Zip(Submission, level))).Status.ShouldBe(HttpStatusCode.OK);

    [Fact]
    public async Task Gzip_WithAllHeaderFields_IsAccepted()
    {
        var plain = Zip(Submission);
        byte[] head = [.. plain[..3], 0b0001_1110, .. plain[4..10], 3, 0, 1, 2, 3, .. "name\0"u8, .. "comment\0"u8];
        byte[] body = [.. head, .. BitConverter.GetBytes((ushort)Crc32.HashToUInt32(head)), .. plain[10..]];

        (await SubmitAsync(body)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task<ApiAnswer> SubmitAsync(byte[] body)
    {
        using var client = await shared.NewOrganizationAsync();
        using var content = new ByteArrayContent(body);
        content.Headers.ContentEncoding.Add("gzip");
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"organizations/{client.OrganizationId}/measurements")
        {
            Content = content,
        };
        return await client.AnswerAsync(request);
    }

    private static byte[] Zip(string text, CompressionLevel level = CompressionLevel.Optimal)
    {
        var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, level))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }
}
