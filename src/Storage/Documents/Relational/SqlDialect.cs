using System.Data.Common;

namespace Tallystick.Storage.Documents.Relational;

/// <summary>All in which the SQL of one engine differs from that of the other.</summary>
internal abstract class SqlDialect
{
    /// <summary>Type of a text column whose order is by code point.</summary>
    internal abstract string TextType { get; }

    /// <summary>Type of the column that keeps the JSON.</summary>
    internal abstract string DocumentType { get; }

    /// <summary>Creates the home of all tables where it is missing; null when there is nothing to create.</summary>
    internal abstract string? CreateHome { get; }

    /// <summary>Creates the source of sequence numbers, at zero.</summary>
    internal abstract IReadOnlyList<string> SequenceSource { get; }

    /// <summary>
    /// Keeps other processes out of the schema until the transaction ends; null when every transaction does.
    /// </summary>
    internal abstract string? LockSchema { get; }

    /// <summary>Names the columns of the table given as the only parameter.</summary>
    internal abstract string ColumnNames { get; }

    /// <summary>Statement to run before an insertion, or null.</summary>
    internal abstract string? BeforeInsert { get; }

    /// <summary>Expression for the sequence number of the document being inserted.</summary>
    internal abstract string NextSequence { get; }

    /// <summary>Undoes a write made by <see cref="Guard"/> that failed; null when the engine has done so.</summary>
    internal abstract string? UndoFailedWrite { get; }

    /// <summary>What stands before and after a parameter of JSON to select the texts of its list.</summary>
    internal abstract (string Before, string After) TextsOfList { get; }

    /// <summary>The quoted full name of a table or an index.</summary>
    internal abstract string Qualify(string name);

    /// <summary>Surrounds a write so that its failure leaves the rest of the transaction usable.</summary>
    internal abstract SqlText Guard(SqlText text, Action<SqlText> write);

    /// <summary>Gives a parameter its value.</summary>
    internal abstract void Bind(DbParameter parameter, object? value);

    /// <summary>The unique column that a failed write of the table clashed with; null for other failures.</summary>
    internal abstract string? FindClash(DbException failure, TableLayout table);

    /// <summary>A name of ours, checked by <see cref="TableLayout"/>, in quotes.</summary>
    internal static string Quote(string name) => $"\"{name}\"";
}
