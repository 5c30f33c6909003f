using System.Security.Cryptography;
using System.Text;

namespace Tallystick.Access.Credentials;

/// <summary>
/// Hashes API secrets. They are long and random, so a salted SHA-256 is secure, and fast enough for clients that
/// request a token before every call.
/// </summary>
public static class SecretHash
{
    /// <summary>Minimum length of a secret chosen by an operator.</summary>
    public const int MinSecret = 24;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new random string of letters and digits, which needs no escaping.</summary>
    public static string NewText(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>Salt and hash of a secret.</summary>
    public static string Of(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Convert.ToBase64String(salt)}:{Convert.ToBase64String(Hash(salt, secret))}";
    }

    /// <summary>Compares in constant time.</summary>
    public static bool Matches(string stored, string secret)
    {
        var parts = stored.Split(':');
        return CryptographicOperations.FixedTimeEquals(
            Convert.FromBase64String(parts[1]), Hash(Convert.FromBase64String(parts[0]), secret));
    }

    private static byte[] Hash(byte[] salt, string secret) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(secret));
}
