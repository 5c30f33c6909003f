namespace Tallystick.Storage.Documents.Relational;

/// <summary>
/// One step in the format of the tables that keep a store together. The tables of kinds are no part of it: they follow
/// the declared kinds at every opening, see <see cref="TableUpgrade"/>.
/// </summary>
/// <param name="Version">The format's version after the step.</param>
/// <param name="Statements">What the step does, for the engine's dialect.</param>
internal sealed record FormatMigration(long Version, Func<SqlDialect, IReadOnlyList<string>> Statements)
{
    /// <summary>Names of our own tables begin with an underscore, which no kind's name does.</summary>
    internal const string FormatTable = "_format";

    /// <summary>The columns that are filled in every document, by kind.</summary>
    internal const string ColumnTable = "_column";

    /// <summary>All steps, in order. A released step never changes: a new one is added.</summary>
    internal static IReadOnlyList<FormatMigration> All { get; } =
    [
        new(1, dialect =>
        [
            .. dialect.SequenceSource,
            $"CREATE TABLE {dialect.Qualify(ColumnTable)} "
                + $"(kind {dialect.TextType} NOT NULL, name {dialect.TextType} NOT NULL, PRIMARY KEY (kind, name))",
        ]),
        // Documents have members that the versions before do not know: those must not drop them when writing.
        new(2, _ => []),
    ];
}
