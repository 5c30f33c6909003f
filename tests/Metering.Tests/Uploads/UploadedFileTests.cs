using System.IO.Compression;
using System.Text;
using Tallystick.Metering.Uploads;

namespace Tallystick.Metering.Tests.Uploads;

/// <summary>Files arrive as they are or as gzip, which must be whole and must not expand without limit.</summary>
public sealed class UploadedFileTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000)));

    public static TheoryData<byte[]> Good => new(
        Array.Empty<byte>(), new byte[] { 1 }, new byte[] { 0x1f, 0x8b }, Content);

    [Theory]
    [MemberData(nameof(Good))]
    public void File_PlainOrGzip_IsItsContent(byte[] content)
    {
        foreach (var atOnce in new[] { 1, 5, 100_000 })
        {
            Read(content, atOnce).ShouldBe(content);
            Read(Gzip(content), atOnce).ShouldBe(content);
        }
    }

    [Fact]
    public void Gzip_NotExactlyOneWholeMember_IsAFault()
    {
        var gzip = Gzip(Content);
        foreach (var damaged in new byte[][]
        {
            [.. gzip, 0], [.. gzip, .. gzip], gzip[..^1], gzip[..^9], gzip[..(gzip.Length / 2)], gzip[..10], gzip[..3],
            [.. gzip[..^1], (byte)(gzip[^1] + 1)], [.. gzip[..^5], (byte)(gzip[^5] ^ 1), .. gzip[^4..]],
            [.. gzip[..100], (byte)(gzip[100] ^ 0x55), .. gzip[101..]],
        })
        {
            Should.Throw<UploadFault>(() => Read(damaged, 1000)).Message.ShouldContain("single complete member");
        }
    }

    [Fact]
    public void Gzip_ThatExpandsBeyondTheLimit_IsRefusedWithoutMemory()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var megabyte = 0; megabyte <= 1024; megabyte++)
                gzip.Write(zeros);
        }
        packed.Position = 0;
        using var file = new UploadedFile(packed);
        var buffer = new byte[1024 * 1024];

        Should.Throw<UploadFault>(() =>
        {
            while (file.Read(buffer) > 0)
            {
            }
        }).Message.ShouldBe("The uncompressed file must have at most 1073741824 bytes");
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] Read(byte[] sent, int atOnce)
    {
        using var file = new UploadedFile(new SlowStream(sent, atOnce));
        using var all = new MemoryStream();
        file.CopyTo(all);
        return all.ToArray();
    }
}
