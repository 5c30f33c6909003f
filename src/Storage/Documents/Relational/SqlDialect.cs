using System.Data.Common;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>The differences between the SQL dialects of the engines.</summary>
internal abstract class SqlDialect
{
    /// <summary>Whether the engine is in this process, so that a statement costs no way to it and back.</summary>
    internal abstract bool IsEmbedded { get; }

    /// <summary>Begins a transaction that will write.</summary>
    internal abstract string Begin { get; }

    /// <summary>Names the indexes of the table given as the only parameter.</summary>
    internal abstract string IndexNames { get; }

    /// <summary>Type of a text column whose order is by code point.</summary>
    internal abstract string TextType { get; }

    /// <summary>Type of the column that keeps the JSON.</summary>
    internal abstract string DocumentType { get; }

    /// <summary>Creates the schema of all tables if missing; null if there is nothing to create.</summary>
    internal abstract string? CreateHome { get; }

    /// <summary>Creates the source of sequence numbers, at zero.</summary>
    internal abstract IReadOnlyList<string> SequenceSource { get; }

    /// <summary>
    /// Keeps other processes out of the schema until the transaction ends; null when every transaction does.
    /// </summary>
    internal abstract string? LockSchema { get; }

    /// <summary>Names the columns of the table given as the only parameter.</summary>
    internal abstract string ColumnNames { get; }

    /// <summary>
    /// Expression for the sequence number of the document being inserted; null when the process counts by itself.
    /// </summary>
    internal abstract string? NextSequence { get; }

    /// <summary>
    /// Statement that reserves so many sequence numbers and answers with the last of them, where there is no
    /// <see cref="NextSequence"/>.
    /// </summary>
    internal abstract string ReserveSequences(long count);

    /// <summary>What stands before and after a parameter of JSON to select the texts of its list.</summary>
    internal abstract (string Before, string After) TextsOfList { get; }

    /// <summary>The quoted full name of a table or an index.</summary>
    internal abstract string Qualify(string name);

    /// <summary>Gives a parameter its value.</summary>
    internal abstract void Bind(DbParameter parameter, object? value);

    /// <summary>Whether a unique value is already in use.</summary>
    internal abstract bool IsClash(DbException failure);

    /// <summary>Whether a write that was taken to succeed did not: a value is taken, or nothing was replaced.</summary>
    internal abstract bool IsUntrue(DbException failure);

    /// <summary>Whether the engine is unavailable.</summary>
    internal abstract bool IsOutage(Exception failure);

    /// <summary>A name of ours, checked by <see cref="TableLayout"/>, in quotes.</summary>
    internal static string Quote(string name) => $"\"{name}\"";
}
