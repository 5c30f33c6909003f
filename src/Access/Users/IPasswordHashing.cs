namespace Tallystick.Access.Users;

/// <summary>Hashes passwords, slowly on purpose.</summary>
public interface IPasswordHashing
{
    /// <summary>A salted hash.</summary>
    string Hash(string password);

    /// <summary>True when the hash is one of the password.</summary>
    bool Matches(string hash, string password);
}
