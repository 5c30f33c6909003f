using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Tallystick.Resources.Files;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// The bytes of an uploaded file, uncompressed if it is gzip, which its first bytes show. Refuses a file that expands
/// beyond the limit, and gzip that is not exactly one whole member.
/// </summary>
internal sealed class UploadedFile : OneWayStream
{
    /// <summary>Maximum size of a file in bytes, before and after decompression.</summary>
    public const int MaxLength = 1_073_741_824;

    private const int TrailerBytes = 8;

    private readonly CompressedTail _sent;
    private readonly Stream _content;
    private readonly Crc32? _checksum;
    private long _length;

    /// <param name="stored">The file as sent.</param>
    public UploadedFile(Stream stored)
    {
        _sent = new CompressedTail(stored);
        _content = _sent.IsGzip ? new GZipStream(_sent, CompressionMode.Decompress) : _sent;
        _checksum = _sent.IsGzip ? new Crc32() : null;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _content.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw Damaged();
        }
        if (_checksum is null)
            return read;
        _length += read;
        if (_length > MaxLength)
            throw new UploadFault(FormattableString.Invariant(
                $"The uncompressed file must have at most {MaxLength} bytes"));
        _checksum.Append(buffer[..read]);
        if (read == 0 && !buffer.IsEmpty)
            CheckTrailer();
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _content.Dispose();
        base.Dispose(disposing);
    }

    // The framework would also accept a member that is cut off, several members, and trailing data.
    private void CheckTrailer()
    {
        var trailer = _sent.ReadTail();
        if (trailer.Length < TrailerBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer) != _checksum!.GetCurrentHashAsUInt32()
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) != (uint)_length)
            throw Damaged();
    }

    private static UploadFault Damaged() =>
        new("The file is not valid: gzip must be a single complete member with no data after it");

    /// <summary>The file as sent; remembers its last bytes.</summary>
    private sealed class CompressedTail : OneWayStream
    {
        private readonly Stream _stored;
        private readonly byte[] _head = new byte[3];
        private readonly byte[] _tail = new byte[TrailerBytes];
        private readonly int _headLength;
        private int _headAt;
        private int _tailLength;

        public CompressedTail(Stream stored)
        {
            _stored = stored;
            _headLength = stored.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
        }

        public bool IsGzip => _head.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0x1f, 0x8b, 8]);

        public override int Read(Span<byte> buffer)
        {
            int read;
            if (_headAt < _headLength)
            {
                read = Math.Min(buffer.Length, _headLength - _headAt);
                _head.AsSpan(_headAt, read).CopyTo(buffer);
                _headAt += read;
            }
            else
                read = _stored.Read(buffer);
            Keep(buffer[..read]);
            return read;
        }

        /// <summary>Reads to the end.</summary>
        /// <returns>The last bytes.</returns>
        public ReadOnlySpan<byte> ReadTail()
        {
            Span<byte> rest = stackalloc byte[1024];
            while (Read(rest) > 0)
            {
            }
            return _tail.AsSpan(0, _tailLength);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _stored.Dispose();
            base.Dispose(disposing);
        }

        private void Keep(ReadOnlySpan<byte> read)
        {
            if (read.Length > TrailerBytes)
                read = read[^TrailerBytes..];
            var kept = Math.Min(_tailLength, TrailerBytes - read.Length);
            _tail.AsSpan(_tailLength - kept, kept).CopyTo(_tail);
            read.CopyTo(_tail.AsSpan(kept));
            _tailLength = kept + read.Length;
        }
    }
}
