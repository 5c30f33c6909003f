using System.Data.Common;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The differences between the SQL dialects of the engines.</summary>
internal abstract class SqlDialect
{
    /// <summary>Whether the engine runs in this process, so that a statement needs no network round trip.</summary>
    internal abstract bool IsEmbedded { get; }

    /// <summary>Begins a transaction that will write.</summary>
    internal abstract string Begin { get; }

    /// <summary>Query for the names of the indexes of the table given as the only parameter.</summary>
    internal abstract string IndexNames { get; }

    /// <summary>Type of a text column whose order is by code point.</summary>
    internal abstract string TextType { get; }

    /// <summary>Type of the column that stores the JSON.</summary>
    internal abstract string DocumentType { get; }

    /// <summary>Creates the schema of all tables if missing; null if there is nothing to create.</summary>
    internal abstract string? CreateSchema { get; }

    /// <summary>Creates the source of sequence numbers, at zero.</summary>
    internal abstract IReadOnlyList<string> SequenceSource { get; }

    /// <summary>
    /// Locks other processes out of the schema until the transaction ends; null if every transaction does.
    /// </summary>
    internal abstract string? LockSchema { get; }

    /// <summary>Query for the names of the columns of the table given as the only parameter.</summary>
    internal abstract string ColumnNames { get; }

    /// <summary>
    /// Expression for the sequence number of the document being inserted; null if this process assigns the numbers.
    /// </summary>
    internal abstract string? NextSequence { get; }

    /// <summary>
    /// Statement that reserves a number of sequence numbers and returns the last of them. Used if there is no
    /// <see cref="NextSequence"/>.
    /// </summary>
    internal abstract string ReserveSequences(long count);

    /// <summary>The SQL before and after a JSON parameter that selects the texts of its list.</summary>
    internal abstract (string Before, string After) TextsOfList { get; }

    /// <summary>The quoted full name of a table or an index.</summary>
    internal abstract string Qualify(string name);

    /// <summary>Sets the value of a parameter.</summary>
    internal abstract void Bind(DbParameter parameter, object? value);

    /// <summary>Whether a unique value is already in use.</summary>
    internal abstract bool IsUniqueViolation(DbException failure);

    /// <summary>
    /// Whether a write that was assumed to succeed did not: a unique value is in use, or nothing was replaced.
    /// </summary>
    internal abstract bool IsFailedAssumption(DbException failure);

    /// <summary>Whether the engine is unavailable.</summary>
    internal abstract bool IsOutage(Exception failure);

    /// <summary>A name of ours, checked by <see cref="TableLayout"/>, in quotes.</summary>
    internal static string Quote(string name) => $"\"{name}\"";
}
