namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// One migration of the store's own tables. The tables of kinds are not part of the format: each opening adapts them to
/// the declared kinds, see <see cref="TableUpgrade"/>.
/// </summary>
/// <param name="Version">Version of the format after the migration.</param>
/// <param name="Statements">The SQL statements of the migration.</param>
internal sealed record FormatMigration(long Version, Func<SqlDialect, IReadOnlyList<string>> Statements)
{
    /// <summary>Names of our own tables begin with an underscore, which no kind's name does.</summary>
    internal const string FormatTable = "_format";

    /// <summary>Table of the columns that are filled in every document, by kind.</summary>
    internal const string ColumnTable = "_column";

    /// <summary>All migrations, in order. A released migration never changes: add a new one instead.</summary>
    internal static IReadOnlyList<FormatMigration> All { get; } =
    [
        new(1, dialect =>
        [
            .. dialect.SequenceSource,
            $"CREATE TABLE {dialect.Qualify(ColumnTable)} "
                + $"(kind {dialect.TextType} NOT NULL, name {dialect.TextType} NOT NULL, PRIMARY KEY (kind, name))",
        ]),
        // Documents have members that older versions do not know; the new version keeps those from dropping them when
        // writing.
        new(2, _ => []),
    ];
}
