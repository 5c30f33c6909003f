using System.Net.Sockets;

namespace Tallystick.Server.Hosting.Backups;

/// <summary>
/// The socket in the data directory that connects commands to the running server. No authentication is needed, because
/// only the owner can access the directory.
/// </summary>
internal static class ControlSocket
{
    /// <summary>File name in the data directory.</summary>
    internal const string Name = "control";

    // The smallest limit of any system for a socket path is 104 bytes, including the terminator.
    private const int MaxPath = 100;

    /// <summary>Starts listening; replaces the socket of a former process.</summary>
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
    /// <returns>Null if no server is listening.</returns>
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

    // Uses a temporary symbolic link if the path is too long.
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
