using Tallystick.Foundation.Values;

namespace Tallystick.Metering.CustomSql;

/// <summary>Checks the text of a query without running it.</summary>
public static class CustomSqlCheck
{
    /// <summary>The first fault of a query; null if it has none.</summary>
    public static string? FindFault(string sql)
    {
        var issues = new Issues();
        CustomSqlRules.Check(sql, issues);
        return issues.All is [var first, ..] ? first.Message : null;
    }
}
