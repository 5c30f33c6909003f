using Tallystick.Access.Sessions;

namespace Tallystick.Console.SignIn;

/// <summary>Why a sign-in with the provider did not succeed, as the sign-in page says it.</summary>
internal static class SignInFault
{
    /// <summary>The person did not confirm at the provider.</summary>
    internal const string Cancelled = "cancelled";

    /// <summary>The provider did not answer.</summary>
    internal const string Unavailable = "unavailable";

    /// <summary>What came back is not valid.</summary>
    internal const string Failed = "failed";

    /// <summary>The name of the parameter of the sign-in page.</summary>
    internal const string Parameter = "fault";

    internal static string NameOf(ProviderRefusal refusal) => refusal switch
    {
        ProviderRefusal.UnverifiedEmail => "unverified",
        ProviderRefusal.UnknownUser => "unknown",
        ProviderRefusal.OtherIdentity => "other",
        _ => "ended",
    };

    /// <summary>What the page says; null for nothing.</summary>
    internal static string? MessageOf(string? fault, string provider) => fault switch
    {
        null => null,
        Cancelled => $"You did not sign in with {provider}.",
        Unavailable => $"{provider} does not answer. Try again later.",
        "unverified" => $"{provider} does not confirm your e-mail address. Ask an administrator of {provider}.",
        "unknown" => "You have no access yet. Ask an administrator to invite you, with the e-mail address that "
            + $"{provider} has for you.",
        "other" => $"The user with your e-mail address signs in with another identity of {provider}. Ask an "
            + "administrator to remove it.",
        "ended" => "Your access has ended. Ask an administrator of your organization.",
        _ => $"The sign-in with {provider} failed. Try again.",
    };
}
