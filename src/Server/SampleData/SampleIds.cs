using System.Security.Cryptography;
using System.Text;

namespace Tallystick.Server.SampleData;

/// <summary>
/// The ids of what a sample organization has, made from names, so that an interrupted job finds what it has made.
/// </summary>
/// <param name="organizationId">UUID of the organization.</param>
internal sealed class SampleIds(string organizationId)
{
    /// <summary>The UUID (version 8) of what has a name, such as <c>plan/growth</c>.</summary>
    internal string this[string name]
    {
        get
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{organizationId}/{name}")).AsSpan(0, 16);
            hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
            hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
            return new Guid(hash, bigEndian: true).ToString();
        }
    }
}
