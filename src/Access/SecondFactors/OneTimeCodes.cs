using NodaTime;
using OtpNet;
using Tallystick.Access.Credentials;

namespace Tallystick.Access.SecondFactors;

/// <summary>Codes of an authenticator app (RFC 6238: six digits, 30 seconds), and recovery codes.</summary>
internal static class OneTimeCodes
{
    internal const int RecoveryCodes = 10;

    private const int SecretBytes = 20;
    private const int Digits = 6;
    private const int RecoveryLength = 16;
    private const int RecoveryPart = 4;

    // No letters and digits that look alike.
    private const string RecoveryAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    // Clocks of phones differ by some seconds, and people type slowly.
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    internal static string NewSecret() => Base32Encoding.ToString(KeyGeneration.GenerateRandomKey(SecretBytes));

    internal static string NewRecoveryCode() => string.Join('-', System.Security.Cryptography.RandomNumberGenerator
        .GetString(RecoveryAlphabet, RecoveryLength).Chunk(RecoveryPart).Select(part => new string(part)));

    /// <summary>The time step of the code; null if it is incorrect or not later than the last one.</summary>
    internal static long? StepOf(string secret, string code, long last, Instant now) =>
        code.Length == Digits
        && new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(now.ToDateTimeUtc(), code, out var step, Window)
        && step > last
            ? step : null;

    /// <summary>The code without what people type between its parts.</summary>
    internal static string Plain(string code) =>
        new([.. code.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit)]);

    /// <summary>The factor after the use of a code; null if the code is incorrect.</summary>
    internal static SecondFactor? Use(SecondFactor factor, string secret, string code, Instant now)
    {
        var plain = Plain(code);
        if (StepOf(secret, plain, factor.LastStep, now) is { } step)
            return factor with { LastStep = step };
        if (plain.Length != RecoveryLength)
            return null;
        var rest = factor.RecoveryHashes.Where(hash => !SecretHash.Matches(hash, plain)).ToList();
        return rest.Count < factor.RecoveryHashes.Count ? factor with { RecoveryHashes = rest } : null;
    }
}
