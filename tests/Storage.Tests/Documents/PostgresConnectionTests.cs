using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.PostgreSql;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>Both ways to write where PostgreSQL is.</summary>
public sealed class PostgresConnectionTests
{
    [Theory]
    [InlineData("Host=db;Port=5433;Database=tally;Username=me;Password=p@ss;SSL Mode=VerifyFull")]
    [InlineData("postgresql://me:p%40ss@db:5433/tally?sslmode=verify-full")]
    [InlineData("postgres://me:p%40ss@db:5433/tally?sslmode=VerifyFull")]
    public void Connection_InEitherForm_IsRead(string text)
    {
        var connection = new NpgsqlConnectionStringBuilder(PostgresConnection.Read(text));

        (connection.Host, connection.Port, connection.Database, connection.Username, connection.Password)
            .ShouldBe(("db", 5433, "tally", "me", "p@ss"));
        connection.SslMode.ShouldBe(SslMode.VerifyFull);
    }

    [Fact]
    public void Connection_ByAUriWithParameters_IsRead()
    {
        var connection = new NpgsqlConnectionStringBuilder(
            PostgresConnection.Read("postgresql://db/tally?user=me&connect_timeout=3&application_name=x%20y"));

        (connection.Host, connection.Port, connection.Username, connection.Timeout, connection.ApplicationName)
            .ShouldBe(("db", 5432, "me", 3, "x y"));
    }

    [Theory]
    [InlineData("nothing of the kind")]
    [InlineData("Database=tally;Password=hidden-secret")]
    [InlineData("Host=db;Colour=red;Password=hidden-secret")]
    [InlineData("postgresql://me:hidden-secret@db:port/tally")]
    [InlineData("postgresql://me:hidden-secret@db/tally?colour=red")]
    [InlineData("postgresql:///tally")]
    public void Connection_ThatCannotBeRead_IsRefusedWithoutItsPassword(string text)
    {
        var refusal = Should.Throw<StoreUnavailableException>(() => PostgresConnection.Read(text));

        refusal.Message.ShouldStartWith("TALLYSTICK_POSTGRES must be");
        refusal.Message.ShouldNotContain("hidden-secret");
        refusal.Message.ShouldNotContain('\n');
    }
}
