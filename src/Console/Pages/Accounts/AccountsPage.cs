using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Accounts;

/// <summary>A page of an account, or of something that belongs to one.</summary>
public abstract class AccountsPage : ComponentBase
{
    /// <summary>The organization in the address.</summary>
    [Parameter]
    public string OrganizationId { get; set; } = "";

    /// <summary>The entity in the address.</summary>
    [Parameter]
    public Guid Id { get; set; }

    /// <summary>The API.</summary>
    [Inject]
    protected OrganizationApi Api { get; set; } = null!;

    /// <summary>Tells the time.</summary>
    [Inject]
    protected IClock Clock { get; set; } = null!;

    /// <summary>The request.</summary>
    [CascadingParameter]
    protected HttpContext Context { get; set; } = null!;

    /// <summary>The UUID in the address.</summary>
    protected string Key => $"{Id}";

    /// <summary>The client of the API.</summary>
    protected TallystickClient Client => Api.Client;

    /// <summary>The pages above one that belongs to an account.</summary>
    protected IReadOnlyList<(string Text, string Address)> TrailOf(Account account) =>
        [("Accounts", Api.To("accounts")), (account.Name, Api.To($"accounts/{account.Id}"))];

    /// <summary>Now, to the second, as people write times.</summary>
    protected DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(Clock.GetCurrentInstant().ToUnixTimeSeconds());

    /// <summary>Today in the time zone of the organization.</summary>
    protected async Task<DateOnly> TodayAsync() =>
        Clock.GetCurrentInstant().InZone(await Api.ZoneAsync()).Date.ToDateOnly();
}
