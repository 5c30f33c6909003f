using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;

namespace Tallystick.Server.Hosting.Installation;

/// <summary>
/// Keeps the keys of ASP.NET Core Data Protection, which protect cookies, forms and the secrets of second factors, with
/// the other keys of the installation. Otherwise they would be written to the home directory of the user.
/// </summary>
internal sealed class ProtectionKeys(InstallationKeys keys) : IXmlRepository
{
    private const string Prefix = "protection-";

    /// <summary>Checks that the keys can be read.</summary>
    /// <exception cref="StoreUnavailableException">A key is damaged.</exception>
    internal static void Require(IEnumerable<InstallationKey> keys) => Read(keys);

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements() => Read(Wait(keys.ListAsync(CancellationToken.None)));

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        var made = new InstallationKey(
            $"{Prefix}{Guid.NewGuid()}", Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting)));
        Wait(keys.ChangeAsync(before => [.. before, made], CancellationToken.None));
    }

    private static List<XElement> Read(IEnumerable<InstallationKey> keys) =>
        [.. keys.Where(key => key.Id.StartsWith(Prefix, StringComparison.Ordinal)).Select(Read)];

    private static XElement Read(InstallationKey key)
    {
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(key.Bytes));
        }
        catch (XmlException damage)
        {
            throw InstallationKeys.Damaged(key.Id, damage.Message, damage);
        }
    }

    // The framework reads and writes keys synchronously: at the start, and once a day.
    private static T Wait<T>(Task<T> task) => Task.Run(() => task).GetAwaiter().GetResult();
}
