using System.Security.Cryptography;
using System.Text;

namespace Tallystick.Access.Credentials;

/// <summary>
/// Hashes API secrets. They are long and random, so a salted SHA-256 withstands guessing, and answers the clients
/// that ask for a token before every call in microseconds.
/// </summary>
public static class SecretHash
{
    /// <summary>Fewest characters of a secret that an operator chooses.</summary>
    public const int MinSecret = 24;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>A new random text of letters and digits, which no client needs to escape.</summary>
    public static string NewText(int length) => RandomNumberGenerator.GetString(Alphabet, length);

    /// <summary>Salt and hash of a secret.</summary>
    public static string Of(string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Convert.ToBase64String(salt)}:{Convert.ToBase64String(Hash(salt, secret))}";
    }

    /// <summary>Compares in a time that does not tell how much was right.</summary>
    public static bool Matches(string stored, string secret)
    {
        var parts = stored.Split(':');
        return CryptographicOperations.FixedTimeEquals(
            Convert.FromBase64String(parts[1]), Hash(Convert.FromBase64String(parts[0]), secret));
    }

    private static byte[] Hash(byte[] salt, string secret) => HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(secret));
}
