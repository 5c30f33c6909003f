using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The file of a measurement store, opened but not changed, so that the caller can decide whether it belongs to the
/// installation before it is upgraded.
/// </summary>
public sealed class UnopenedStore : IDisposable
{
    private readonly string _path;
    private readonly DuckDbOptions _options;
    private readonly bool _isNew;
    private DuckDBConnection? _writer;

    private UnopenedStore(string path, DuckDbOptions options, bool isNew, DuckDBConnection writer)
    {
        (_path, _options, _isNew, _writer) = (path, options, isNew, writer);
        if (DuckDbSchema.FindVersion(writer) is null)
            return;
        using var state = writer.Command("SELECT position FROM state");
        Position = new LogPosition(state.Read(row => row.GetInt64(0))[0]);
        using var organizations = writer.Command("SELECT id FROM organizations");
        OrganizationIds = [.. organizations.Read(row => row.GetString(0))];
        if (!DuckDbSchema.HasTable(writer, "installation"))
            return;
        using var installation = writer.Command("SELECT id FROM installation");
        Installation = installation.Read(row => row.GetString(0)).SingleOrDefault();
    }

    /// <summary>The position up to which the log is loaded.</summary>
    public LogPosition Position { get; }

    /// <summary>The id of the installation that the measurements belong to; null if none is set yet.</summary>
    public string? Installation { get; }

    /// <summary>The organizations that have measurements.</summary>
    public IReadOnlyCollection<string> OrganizationIds { get; } = [];

    /// <summary>Opens a file, creating it if missing.</summary>
    /// <exception cref="StoreUnavailableException">The file is damaged, of a newer version, or in use.</exception>
    public static UnopenedStore Open(string path, DuckDbOptions options)
    {
        var isNew = !File.Exists(path);
        var writer = Engine.Connect(path, options);
        return Engine.Guard(path, writer, () => new UnopenedStore(path, options, isNew, writer));
    }

    /// <summary>Upgrades the file and opens the store in it. The store then owns the file.</summary>
    public DuckDbMeasurementStore OpenStore()
    {
        var writer = Interlocked.Exchange(ref _writer, null);
        ObjectDisposedException.ThrowIf(writer is null, this);
        return new DuckDbMeasurementStore(
            _options, new OpenedFile(_path, _options, Engine.Start(_path, _options, writer)));
    }

    /// <summary>
    /// Closes the unchanged file, and deletes it if it was missing before. Does nothing if the store was opened.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _writer, null) is not { } writer)
            return;
        writer.Dispose();
        if (_isNew)
            File.Delete(_path);
    }
}
