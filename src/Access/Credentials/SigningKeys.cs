using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using NodaTime;
using Tallystick.Resources.Documents;

namespace Tallystick.Access.Credentials;

/// <summary>
/// The keys that sign tokens: elliptic-curve keys in the data directory, readable by the owner only. A new one is
/// made every 90 days; the one before stays good for the tokens it has signed, and is then deleted. A key that is older
/// than that, such as one of a restored backup, is not read.
/// </summary>
public sealed class SigningKeys
{
    private static readonly Duration Lifetime = Duration.FromDays(90);

    // As long as the last token that a key can have signed.
    private static readonly Duration GoodFor = Lifetime + Duration.FromSeconds(Tokens.LifetimeSeconds);
    private readonly string _directory;
    private readonly IClock _clock;
    private readonly Lock _gate = new();
    private List<(Instant Made, ECDsaSecurityKey Key)> _keys;

    /// <exception cref="StoreUnavailableException">A key is damaged.</exception>
    public SigningKeys(string dataDirectory, IClock clock)
    {
        _directory = Path.Combine(dataDirectory, "keys");
        _clock = clock;
        // Inside the data directory, which only its owner may enter.
        Directory.CreateDirectory(_directory);
        DeleteOld(clock.GetCurrentInstant());
        _keys = [.. Directory.EnumerateFiles(_directory, "*.pem").Select(Read).OrderByDescending(key => key.Made)];
    }

    /// <summary>The key that signs now.</summary>
    public ECDsaSecurityKey Current
    {
        get
        {
            lock (_gate)
            {
                var now = _clock.GetCurrentInstant();
                if (_keys.Exists(key => now - key.Made >= GoodFor))
                {
                    DeleteOld(now);
                    _keys = [.. _keys.Where(key => now - key.Made < GoodFor)];
                }
                if (_keys.Count == 0 || now - _keys[0].Made > Lifetime)
                    _keys = [(now, Make(now)), .. _keys];
                return _keys[0].Key;
            }
        }
    }

    /// <summary>All keys whose tokens are good.</summary>
    public IReadOnlyList<SecurityKey> All
    {
        get
        {
            lock (_gate)
            {
                var now = _clock.GetCurrentInstant();
                return [.. _keys.Where(key => now - key.Made < GoodFor).Select(key => key.Key)];
            }
        }
    }

    // Their names tell when they were made: an old key is not even read.
    private void DeleteOld(Instant now)
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*.pem").ToList())
        {
            if (long.TryParse(
                Path.GetFileNameWithoutExtension(path), System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture, out var made)
                && made <= (now - GoodFor).ToUnixTimeSeconds())
                File.Delete(path);
        }
    }

    private ECDsaSecurityKey Make(Instant now)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = $"{now.ToUnixTimeSeconds()}.pem";
        var path = Path.Combine(_directory, name);
        // Written aside and renamed, so that a crash leaves no half of a key.
        using (var file = new FileStream(path + ".new", OwnerOnly()))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
        return new ECDsaSecurityKey(key) { KeyId = Path.GetFileNameWithoutExtension(name) };
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static (Instant Made, ECDsaSecurityKey Key) Read(string path)
    {
        try
        {
            var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(path));
            var name = Path.GetFileNameWithoutExtension(path);
            var made = Instant.FromUnixTimeSeconds(long.Parse(name, System.Globalization.CultureInfo.InvariantCulture));
            return (made, new ECDsaSecurityKey(key) { KeyId = name });
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException or FormatException
            or OverflowException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The signing key {path} is damaged or cannot be read: {failure.Message} Restore it from a backup, or "
                + "remove it: tokens it has signed are then refused, and clients ask for new ones.", failure);
        }
    }
}
