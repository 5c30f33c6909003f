using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Runs statements. Values are always parameters (<c>$1</c>, <c>$2</c>, …), never part of the text.</summary>
internal static class DuckDbCommands
{
    public static DuckDBCommand Command(
        this DuckDBConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var value in values)
            command.Parameters.Add(new DuckDBParameter(value));
        return command;
    }

    /// <returns>The number of rows changed.</returns>
    public static int Execute(this DuckDBConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = connection.Command(sql, values);
        return command.ExecuteNonQuery();
    }

    public static List<T> Read<T>(this DuckDBCommand command, Func<DuckDBDataReader, T> read) =>
        [.. command.Stream(read)];

    /// <returns>The rows, each read when it is asked for.</returns>
    public static IEnumerable<T> Stream<T>(this DuckDBCommand command, Func<DuckDBDataReader, T> read)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return read(reader);
    }

    public static string? TextOrNull(this DuckDBDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);
}
