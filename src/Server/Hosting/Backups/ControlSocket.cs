using System.Net.Sockets;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>
/// The socket in the data directory by which a command reaches the server that runs on it. Only the owner of the
/// directory can enter it: nobody else needs to be told apart.
/// </summary>
internal static class ControlSocket
{
    /// <summary>Its name in the data directory.</summary>
    internal const string Name = "control";

    // The least that a system allows for the path of a socket is 104 bytes with the one that ends it.
    private const int MaxPath = 100;

    /// <summary>Listens, in place of a former process.</summary>
    internal static Socket Listen(string dataPath)
    {
        var path = Path.Combine(dataPath, Name);
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            WithShortPath(dataPath, at => listener.Bind(new UnixDomainSocketEndPoint(at)));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen();
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the server of a data directory.</summary>
    /// <returns>Null when none listens.</returns>
    internal static Socket? TryConnect(string dataPath)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            WithShortPath(dataPath, at => socket.Connect(new UnixDomainSocketEndPoint(at)));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    // A link makes a long path short.
    private static void WithShortPath(string dataPath, Action<string> use)
    {
        var path = Path.Combine(dataPath, Name);
        if (System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPath)
        {
            use(path);
            return;
        }
        var directory = Directory.CreateTempSubdirectory("tallystick-");
        try
        {
            var link = Path.Combine(directory.FullName, "data");
            Directory.CreateSymbolicLink(link, dataPath);
            use(Path.Combine(link, Name));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
