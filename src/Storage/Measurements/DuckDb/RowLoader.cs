using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Inserts rows chunk by chunk. The engine requests them through a table function and adds the memory that they are
/// written to directly to the table; its appender would first copy each chunk.
/// </summary>
internal sealed unsafe partial class RowLoader
{
    private const string Function = "rows_to_load";

    private readonly DuckDBConnection _connection;
    private readonly Scan _scan = new();

    /// <summary>Registers the function with the database, for as long as the database is open.</summary>
    /// <param name="connection">The connection that will insert.</param>
    public RowLoader(DuckDBConnection connection)
    {
        _connection = connection;
        var function = NativeMethods.TableFunction.DuckDBCreateTableFunction();
        try
        {
            NativeMethods.TableFunction.DuckDBTableFunctionSetName(function, Function);
            NativeMethods.TableFunction.DuckDBTableFunctionSetExtraInfo(
                function, GCHandle.ToIntPtr(GCHandle.Alloc(_scan)), &Forget);
            NativeMethods.TableFunction.DuckDBTableFunctionSetBind(function, &Bind);
            NativeMethods.TableFunction.DuckDBTableFunctionSetInit(function, &Begin);
            NativeMethods.TableFunction.DuckDBTableFunctionSetFunction(function, &Fill);
            var state = NativeMethods.TableFunction.DuckDBRegisterTableFunction(connection.NativeConnection, function);
            if (state != DuckDBState.Success)
                throw new NotSupportedException("The measurement store rejected the function that loads rows.");
        }
        finally
        {
            NativeMethods.TableFunction.DuckDBDestroyTableFunction(ref function);
        }
    }

    /// <summary>Inserts all rows, in order, within the connection's transaction.</summary>
    /// <exception cref="IOException">The rows cannot be inserted; the transaction can only be rolled back.</exception>
    public void Insert(string table, IRowSource rows)
    {
        if (rows.Count == 0)
            return;
        _scan.Begin(rows);
        try
        {
            _connection.Execute($"INSERT INTO {table} SELECT * FROM {Function}()");
        }
        catch (DuckDBException exception)
        {
            throw new IOException(
                $"The measurement store cannot be written: {exception.Message}", _scan.Fault ?? exception);
        }
        finally
        {
            _scan.End();
        }
    }

    private static Scan ScanOf(IntPtr extraInfo) => (Scan)GCHandle.FromIntPtr(extraInfo).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Forget(IntPtr extraInfo) => GCHandle.FromIntPtr(extraInfo).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(IntPtr info)
    {
        var scan = ScanOf(NativeMethods.TableFunction.DuckDBBindGetExtraInfo(info));
        try
        {
            scan.Declare(info);
        }
        catch (Exception exception)
        {
            scan.Fault = exception;
            NativeMethods.TableFunction.DuckDBBindSetError(info, exception.Message);
        }
    }

    // Rows keep their order only if a single thread requests them.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Begin(IntPtr info) => SetMaxThreads(info, 1);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(IntPtr info, IntPtr output)
    {
        var scan = ScanOf(NativeMethods.TableFunction.DuckDBFunctionGetExtraInfo(info));
        try
        {
            scan.Fill(output);
        }
        catch (Exception exception)
        {
            scan.Fault = exception;
            NativeMethods.TableFunction.DuckDBFunctionSetError(info, exception.Message);
        }
    }

    [LibraryImport("duckdb", EntryPoint = "duckdb_init_set_max_threads")]
    private static partial void SetMaxThreads(IntPtr info, ulong threads);

    /// <summary>The progress of an insert.</summary>
    private sealed class Scan
    {
        private IRowSource? _rows;
        private ChunkWriter? _writer;
        private int _next;

        /// <summary>Why rows could not be written.</summary>
        public Exception? Fault { get; set; }

        public void Begin(IRowSource rows)
        {
            (_rows, _writer, _next) = (rows, new ChunkWriter(rows.Types.Count), 0);
            Fault = null;
        }

        public void End() => (_rows, _writer, Fault) = (null, null, null);

        public void Declare(IntPtr info)
        {
            var types = Rows().Types;
            for (var column = 0; column < types.Count; column++)
            {
                using var type = types[column].Create();
                NativeMethods.TableFunction.DuckDBBindAddResultColumn(info, KeyMaps.ColumnName(column), type);
            }
        }

        public void Fill(IntPtr output)
        {
            var rows = Rows();
            var count = Math.Min(ChunkWriter.ChunkRows, rows.Count - _next);
            using var chunk = new DuckDBDataChunk(output);
            if (count > 0)
            {
                _writer!.Begin(chunk);
                rows.Write(_writer, _next, count);
                _next += count;
            }
            NativeMethods.DataChunks.DuckDBDataChunkSetSize(chunk, (ulong)count);
        }

        private IRowSource Rows() => _rows ?? throw new InvalidOperationException("No rows are being loaded.");
    }
}
