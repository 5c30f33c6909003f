using System.Net;
using Tallystick.Client;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Accounts;

/// <summary>Accounts and what belongs to them: made, changed, shown and refused, as pages say it.</summary>
public sealed class AccountPagesTests(BillingFixture console) : IClassFixture<BillingFixture>
{
    private const string Hostile = "<img src=x onerror=alert(1)> \"Co\" 'Ltd'";

    private TallystickClient Client => console.Sample.Client;

    [Fact]
    public async Task NewAccount_WithEveryField_IsShown()
    {
        var page = await SubmitAsync(
            "accounts/new", ("name", Hostile), ("code", "hostile"), ("emailAddress", "a@example.com"),
            ("daysBeforeBillDue", "14"), ("address.country", "Norway"),
            ("creditApplicationOrder", "BALANCE, PREPAYMENT"),
            ("customFieldRows[0].name", "seats"), ("customFieldRows[0].kind", "NUMBER"),
            ("customFieldRows[0].value", "0.0000125"));

        page.ShouldContain("Account created.");
        page.ShouldContain("&lt;img src=x onerror=alert(1)&gt; &quot;Co&quot;");
        page.ShouldNotContain("<img");
        page.ShouldContain("Norway");
        page.ShouldContain("balance, then prepayment");
        page.ShouldContain("0.0000125");
    }

    [Fact]
    public async Task Account_WithFaults_SaysThemBesideTheField()
    {
        using var response = await console.Administrator.SendAsync(
            console.To("accounts/new"), null, ("name", "X"), ("code", "accounts"), ("emailAddress", "a@example.com"),
            ("daysBeforeBillDue", "many"));

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("Days before bill due must be a whole number.");
    }

    [Fact]
    public async Task List_IsSearchedByTheBeginningOfNameAndCode()
    {
        await MakeAsync("Searched Ltd", "searched_1");

        (await console.GetAsync("accounts?code=searched")).ShouldContain("Searched Ltd");
        (await console.GetAsync("accounts?name=Searched")).ShouldContain("searched_1");
        (await console.GetAsync("accounts?code=nobody")).ShouldContain("Nothing matches the filter.");
        (await console.GetAsync("export/accounts.csv?code=searched")).ShouldContain("Searched Ltd,searched_1,");
        (await console.GetAsync("accounts/choose?for=balances&q=searched")).ShouldContain("/balances/new");
    }

    [Fact]
    public async Task Edit_KeepsWhatItDoesNotShow_AndChildrenAreListed()
    {
        var parent = await MakeAsync("Parent", "parent");
        await SubmitAsync(
            $"accounts/new?parent={parent.Id}", ("name", "Child"), ("code", "child"),
            ("emailAddress", "c@example.com"));

        (await console.GetAsync($"accounts/{parent.Id}/children")).ShouldContain("Child");
        var child = await Client.Accounts.ListAsync(codes: ["child"]).FirstAsync();
        await SubmitAsync(
            $"accounts/{child.Id}/edit", ("name", "Child 2"), ("code", "child"), ("emailAddress", "c@example.com"),
            ("parentAccountId", parent.Id));
        (await Client.Accounts.GetAsync(child.Id)).ParentAccountId.ShouldBe(parent.Id);
        (await console.GetAsync($"accounts/{child.Id}/children")).ShouldContain("cannot have children");
        var audit = await console.GetAsync($"accounts/{child.Id}/audit");
        audit.ShouldContain("Account updated");
        audit.ShouldContain("Child 2");
    }

    [Fact]
    public async Task Plan_IsAttachedReplacedAndEnded()
    {
        var account = await MakeAsync("Planned", "planned");
        var plan = await Client.Plans.ListAsync().FirstAsync();
        await SubmitAsync($"accounts/{account.Id}/plans/new", ("planId", plan.Id), ("startDate", "2026-01-01T00:00"));

        var page = await console.GetAsync($"accounts/{account.Id}");
        page.ShouldContain("1 plan is active");
        page.ShouldContain("aria-label=\"Plans and contracts\"");
        var attached = await Client.AccountPlans.ListAsync(account: account.Id).SingleAsync();
        (await console.GetAsync($"accountplans/{attached.Id}")).ShouldContain("open-ended");
        await SubmitAsync(
            $"accountplans/{attached.Id}/replace", ("planId", plan.Id), ("startDate", "2026-06-01T00:00"));
        var former = await Client.AccountPlans.GetAsync(attached.Id);
        former.EndDate.ShouldBe(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Prepayment_WithFeeDates_IsCreatedAndShown()
    {
        var account = await MakeAsync("Prepaid", "prepaid");

        var page = await SubmitAsync(
            $"accounts/{account.Id}/commitments/new", ("amount", "1200.50"), ("currency", "USD"),
            ("startDate", "2026-01-01"), ("endDate", "2027-01-01"), ("feeDates[0].date", "2026-02-01"),
            ("feeDates[0].amount", "1200.50"), ("feeDates[0].servicePeriodStartDate", "2026-01-01T00:00"),
            ("feeDates[0].servicePeriodEndDate", "2027-01-01T00:00"));

        page.ShouldContain("Prepayment of 1,200.50 USD");
        page.ShouldContain("2026-02-01");
        page.ShouldContain("No bill has drawn on it yet.");
        (await console.GetAsync("commitments")).ShouldContain("1,200.50 USD");
        var made = await Client.Commitments.ListAsync(accountId: account.Id).SingleAsync();
        await SubmitAsync(
            $"commitments/{made.Id}/edit", ("amount", "1300"), ("currency", "USD"), ("startDate", "2026-01-01"),
            ("endDate", "2027-01-01"), ("commitmentFeeBillInAdvance", "false"));
        (await Client.Commitments.GetAsync(made.Id)).CommitmentFeeBillInAdvance.ShouldBe(false);
    }

    [Fact]
    public async Task Balance_BurnsDownByTransactions()
    {
        var account = await MakeAsync("Balanced", "balanced");
        var page = await SubmitAsync(
            $"accounts/{account.Id}/balances/new", ("name", "Top-up"), ("code", "topup"), ("currency", "USD"),
            ("startDate", "2026-01-01T00:00"), ("endDate", "2028-01-01T00:00"));
        page.ShouldContain("0.00 USD of Balanced remain.");
        var balance = await Client.Balances.ListAsync(accountId: account.Id).SingleAsync();

        await SubmitAsync($"balances/{balance.Id}/transactions/new", ("amount", "100"), ("description", "Paid in"));
        page = await SubmitAsync(
            $"balances/{balance.Id}/transactions/new", ("amount", "-40.25"), ("description", Hostile));

        page.ShouldContain("59.75 USD of Balanced remain.");
        WebUtility.HtmlDecode(page).ShouldContain("−40.25 USD");
        page.ShouldContain("100.00 USD");
        page.ShouldNotContain("<img");
        (await console.GetAsync($"contracts")).ShouldContain("Contracts");
        (await console.GetAsync($"balances?account={account.Id}")).ShouldContain("Top-up");
    }

    [Fact]
    public async Task Schedule_IsPreviewedWithoutBeingSaved()
    {
        var account = await MakeAsync("Scheduled", "scheduled");
        var balance = await Client.Balances.CreateAsync(new Balance
        {
            Name = "Monthly credit",
            Code = "monthly_credit",
            AccountId = account.Id,
            Currency = "USD",
            StartDate = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            EndDate = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero),
        });
        var type = await Client.TransactionTypes.CreateAsync(new TransactionType { Name = "Gift", Code = "gift" });
        (string, string)[] values =
        [
            ("name", "Gift"), ("code", "gift"), ("amount", "5"), ("transactionDescription", "Gift"),
            ("transactionTypeId", type.Id), ("startDate", "2029-01-15T00:00"), ("endDate", "2029-04-01T00:00"),
            ("frequency", "MONTHLY"), ("frequencyInterval", "1"),
        ];
        var path = $"balances/{balance.Id}/transactionschedules/new";

        var preview = await SubmitAsync(path, [.. values, ("_live", "1")]);
        preview.ShouldContain("2029-02-15 00:00");
        preview.ShouldContain("2029-03-15 00:00");
        (await Client.BalanceTransactionSchedules.ListAsync(balance.Id).CountAsync()).ShouldBe(0);
        (await SubmitAsync(path, values)).ShouldContain("Schedule saved.");
        (await Client.BalanceTransactionSchedules.ListAsync(balance.Id).CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Charge_Contract_And_Mapping_AreCreated()
    {
        var account = await MakeAsync("Charged", "charged");

        (await SubmitAsync(
            $"accounts/{account.Id}/charges/new", ("name", "Set-up"), ("code", "setup"), ("amount", "99"),
            ("currency", "USD"), ("billDate", "2026-07-01"), ("servicePeriodStartDate", "2026-06-01T00:00"),
            ("servicePeriodEndDate", "2026-07-01T00:00"))).ShouldContain("99.00 USD");
        (await SubmitAsync(
            $"accounts/{account.Id}/contracts/new", ("name", "Frame"), ("code", "frame"), ("startDate", "2026-01-01"),
            ("endDate", "2027-01-01"))).ShouldContain("from 2026-01-01 to 2027-01-01");
        (await SubmitAsync(
            $"accounts/{account.Id}/mappings/new", ("externalSystem", "Stripe"), ("externalTable", "Customer"),
            ("externalId", "cus_123"))).ShouldContain("cus_123");
        (await console.GetAsync("contracts?code=frame")).ShouldContain("Frame");
    }

    [Fact]
    public async Task Bills_And_Usage_AreOnTabs()
    {
        var acme = await Client.Accounts.SearchAsync("code~account_").FirstAsync();

        (await console.GetAsync($"accounts/{acme.Id}/bills")).ShouldContain("/bills/");
        var usage = await console.GetAsync($"accounts/{acme.Id}/usage");
        usage.ShouldContain("Projected bill");
        usage.ShouldContain("API calls");
        usage.ShouldNotContain("cannot be projected");
    }

    [Fact]
    public async Task Reader_SeesNoAction()
    {
        var acme = await Client.Accounts.SearchAsync("code~account_").FirstAsync();

        var pages = new List<string>();
        foreach (var path in new[]
        {
            "accounts", $"accounts/{acme.Id}", $"accounts/{acme.Id}/children", $"accounts/{acme.Id}/usage",
            "contracts", "commitments", "balances",
        })
            pages.Add(await console.Reader.GetAsync(console.To(path)));

        foreach (var page in pages)
        {
            page.ShouldNotContain("/new\"");
            page.ShouldNotContain("/edit\"");
            page.ShouldNotContain("/end\"");
            page.ShouldNotContain(">Delete<");
        }
    }

    private Task<Account> MakeAsync(string name, string code) => Client.Accounts.CreateAsync(
        new Account { Name = name, Code = code, EmailAddress = "billing@example.com", Currency = "USD" });

    private Task<string> SubmitAsync(string path, params (string, string)[] values) =>
        console.Administrator.SubmitAsync(console.To(path), values);
}
