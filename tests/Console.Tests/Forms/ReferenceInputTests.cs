using System.Net;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Forms;

/// <summary>Entities are found by name, code and id, however many there are.</summary>
public sealed class ReferenceInputTests(Chromium chromium, ManyEntitiesFixture many)
    : IClassFixture<ManyEntitiesFixture>
{
    [Theory]
    [InlineData("Customer 07")]
    [InlineData("acct_07")]
    [InlineData("MER 07")]
    public async Task Choices_HaveTheName_OrTheCode(string text)
    {
        var choices = await many.Administrator.GetAsync(
            many.To($"choices/accounts?q={Uri.EscapeDataString(text)}"));

        choices.ShouldContain("data-text=\"Customer 07 (acct_07)\"");
        choices.ShouldContain("1 choice");
    }

    [Fact]
    public async Task Choices_ById_AreTheOne()
    {
        var account = await many.AccountAsync("acct_08");

        (await many.Administrator.GetAsync(many.To($"choices/accounts?q={account.Id}"))).ShouldContain("Customer 08");
        await many.Administrator.GetAsync(many.To("choices/secrets?q=a"), HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("acct_09")]
    [InlineData("customer 09")]
    [InlineData("Customer 09 (acct_09)")]
    public async Task Filter_TakesACode_ANameAndALabel(string text)
    {
        var account = await many.AccountAsync("acct_09");
        await ContractAsync(account.Id, $"contract {text}");

        var page = await many.Administrator.GetAsync(many.To($"contracts?account={Uri.EscapeDataString(text)}"));

        page.ShouldContain($"contract {text}");
        page.ShouldContain($"data-id=\"{account.Id}\"");
        page.ShouldContain("value=\"Customer 09 (acct_09)\"");
        (await many.Administrator.GetAsync(many.To("contracts?account=acct_10"))).ShouldContain("Nothing matches");
    }

    [Theory]
    [InlineData("nobody", "must be the name, code or id of an existing entity")]
    [InlineData("Twins", "is the name of several")]
    public async Task Filter_ThatNamesNotOne_IsAFaultBesideIt(string text, string fault)
    {
        var page = await many.Administrator.GetAsync(
            many.To($"contracts?account={text}"), HttpStatusCode.BadRequest);

        page.ShouldContain($"value=\"{text}\"");
        page.ShouldContain(fault);
        page.ShouldContain("id=\"filter-account-fault\"");
    }

    [Fact]
    public async Task Form_TakesACode_AndSaysWhatItCannotFind()
    {
        var account = await many.AddAccountAsync("child_of_11", "Child");
        var path = many.To($"accounts/{account.Id}/edit");

        using var refused = await many.Administrator.SendAsync(path, null, Parent("nobody"));
        var saved = await many.Administrator.SubmitAsync(path, Parent("acct_11"));

        var page = await refused.Content.ReadAsStringAsync();
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("id=\"field-parentAccountId-fault\"");
        page.ShouldContain("value=\"nobody\"");
        saved.ShouldContain("Account saved.");
        (await many.AccountAsync("child_of_11")).ParentAccountId.ShouldBe((await many.AccountAsync("acct_11")).Id);
    }

    [Fact]
    public async Task Combobox_IsUsedWithTheKeyboard()
    {
        var account = await many.AddAccountAsync("child_of_12", "Another child");
        var page = await chromium.OpenAsync(many.Server.Address);
        await page.GotoAsync(many.To($"accounts/{account.Id}/edit"));
        await ConsoleServer.SignInAsync(page, many.Server.First.Person!.Email, ConsoleServer.Chosen);
        var input = page.GetByRole(AriaRole.Combobox, new() { Name = "Parent account" });

        await input.FillAsync("customer 1");
        var options = page.GetByRole(AriaRole.Listbox, new() { Name = "Parent account" }).GetByRole(AriaRole.Option);
        await Assertions.Expect(options).ToHaveCountAsync(10);
        await input.PressAsync("ArrowDown");
        await input.PressAsync("ArrowDown");
        await input.PressAsync("ArrowDown");
        await Assertions.Expect(options.And(page.GetByRole(AriaRole.Option, new() { Selected = true })))
            .ToContainTextAsync("Customer 17");
        await Assertions.Expect(input).ToHaveAttributeAsync("aria-expanded", "true");
        (await page.RunAxe()).Violations.ShouldBeEmpty();
        await input.PressAsync("Enter");
        await Assertions.Expect(input).ToHaveValueAsync("Customer 17 (acct_17)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Account saved.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Customer 17" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Search_FindsWhatIsNotAmongTheNewest()
    {
        (await SearchAsync("Thing 000")).ShouldContain("thing_000");
        (await SearchAsync("acct_00")).ShouldContain("Twins");
        (await SearchAsync((await many.AccountAsync("acct_05")).Id)).ShouldContain("Customer 05");
    }

    [Fact]
    public async Task Page_OfATableThatIsGone_LeadsToTheFirst()
    {
        var page = await many.Administrator.GetAsync(many.To("products?token=junk"), HttpStatusCode.BadRequest);

        page.ShouldContain("This page of the table is not available any more.");
        page.ShouldContain($"<a class=\"button\" href=\"{many.To("products")}\">Go to the first page</a>");
    }

    [Fact]
    public async Task Page_OfTheAuditTrailThatIsGone_LeadsToTheFirst()
    {
        var path = many.To($"accounts/{(await many.AccountAsync("acct_06")).Id}/audit");

        var page = await many.Administrator.GetAsync($"{path}?token=junk", HttpStatusCode.BadRequest);

        page.ShouldContain($"<a class=\"button\" href=\"{path}\">Go to the first page</a>");
    }

    private Task<string> SearchAsync(string text) =>
        many.Administrator.GetAsync(many.To($"search?q={Uri.EscapeDataString(text)}"));

    private static (string, string)[] Parent(string text) =>
    [
        ("name", "Child"), ("code", "child_of_11"), ("emailAddress", "child@example.com"), ("parentAccountId", text),
    ];

    private Task ContractAsync(string accountId, string name) => many.Client.Contracts.CreateAsync(new()
    {
        AccountId = accountId,
        Name = name,
        StartDate = new(2026, 1, 1),
        EndDate = new(2027, 1, 1),
    });
}
