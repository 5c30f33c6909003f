namespace Tallystick.Access.Users;

/// <summary>Hashes passwords, deliberately slowly.</summary>
public interface IPasswordHashing
{
    /// <summary>A salted hash.</summary>
    string Hash(string password);

    /// <summary>True if the hash matches the password.</summary>
    bool Matches(string hash, string password);
}
