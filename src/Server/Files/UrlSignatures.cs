using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;

namespace Tallystick.Server.Files;

/// <summary>
/// Signs URLs that work without a token for a time, with a key in the data directory. A signature is bound to the HTTP
/// method, the organization and the file.
/// </summary>
internal sealed class UrlSignatures
{
    private const int KeyLength = 32;

    private static readonly Duration Lifetime = Duration.FromMinutes(5);
    private readonly Lazy<byte[]> _key;
    private readonly IClock _clock;

    /// <exception cref="StoreUnavailableException">The key is damaged.</exception>
    internal UrlSignatures(string dataDirectory, IClock clock)
    {
        _clock = clock;
        var path = Path.Combine(dataDirectory, "keys", "download.key");
        if (!File.Exists(path))
        {
            // Once it is needed: a start that is refused makes no files.
            _key = new Lazy<byte[]>(() => Make(path));
            return;
        }
        var key = File.ReadAllBytes(path);
        _key = new Lazy<byte[]>(key);
        if (key.Length != KeyLength)
        {
            throw new StoreUnavailableException(
                $"The key of downloads {path} is damaged: it has {key.Length} bytes, not {KeyLength}. Restore it from "
                + "a backup, or remove it: links to downloads and uploads of the last minutes are then refused.");
        }
    }

    /// <summary>The query that lets a file be downloaded for five minutes.</summary>
    internal string SignDownload(string organizationId, string file) =>
        Sign(HttpMethods.Get, organizationId, file, _clock.GetCurrentInstant() + Lifetime);

    /// <summary>The query that lets a method be used on a file until an instant.</summary>
    internal string Sign(string method, string organizationId, string file, Instant until)
    {
        var expires = FormattableString.Invariant($"{until.ToUnixTimeSeconds()}");
        var signature = Base64Url.EncodeToString(Signature(method, organizationId, file, expires));
        return $"expires={expires}&signature={signature}";
    }

    /// <summary>True when the query of a request was signed for the method and the file and has not expired.</summary>
    internal bool IsSigned(HttpRequest request, string method, string organizationId, string file) =>
        IsGood(
            method, organizationId, file, QueryText.Single(request, "expires"),
            QueryText.Single(request, "signature"));

    /// <summary>True for what was signed for the method and the file and has not expired.</summary>
    internal bool IsGood(string method, string organizationId, string file, string? expires, string? signature)
    {
        if (expires is null || signature is null || !Base64Url.IsValid(signature))
            return false;
        var isGenuine = CryptographicOperations.FixedTimeEquals(
            Base64Url.DecodeFromChars(signature), Signature(method, organizationId, file, expires));
        return isGenuine
            && long.Parse(expires, CultureInfo.InvariantCulture) > _clock.GetCurrentInstant().ToUnixTimeSeconds();
    }

    // The lengths keep the parts apart.
    private byte[] Signature(string method, string organizationId, string file, string expires) =>
        HMACSHA256.HashData(_key.Value, Encoding.UTF8.GetBytes(FormattableString.Invariant(
            $"{method.Length} {organizationId.Length} {file.Length} {method}{organizationId}{file}{expires}")));

    // Written aside and renamed, so that a crash leaves no half of a key.
    private static byte[] Make(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var key = RandomNumberGenerator.GetBytes(KeyLength);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(key);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
        return key;
    }
}
