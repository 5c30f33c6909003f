using Microsoft.AspNetCore.Components;
using NodaTime;
using Tallystick.Console.Api;

namespace Tallystick.Console.Pages.Setup;

/// <summary>A step of the set-up of a product.</summary>
public abstract class SetupPage : ComponentBase
{
    /// <summary>The organization in the address.</summary>
    [Parameter]
    public string OrganizationId { get; set; } = "";

    /// <summary>The product in the address.</summary>
    [Parameter]
    public Guid ProductId { get; set; }

    /// <summary>The API.</summary>
    [Inject]
    protected OrganizationApi Api { get; set; } = null!;

    /// <summary>Tells the time.</summary>
    [Inject]
    protected IClock Clock { get; set; } = null!;

    /// <summary>What exists already; null until it is read.</summary>
    protected SetupProgress? Progress { get; private set; }

    /// <summary>The start of the current month of the organization, from which plans and prices are valid.</summary>
    protected DateTimeOffset StartOfMonth { get; private set; }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        var zone = await Api.ZoneAsync();
        var today = Clock.GetCurrentInstant().InZone(zone).Date;
        StartOfMonth = zone.AtStartOfDay(today.With(DateAdjusters.StartOfMonth)).ToDateTimeOffset();
        Progress = await SetupProgress.ReadAsync(Api, Clock, $"{ProductId}");
    }

    /// <summary>The address of a step.</summary>
    protected string At(SetupStep step) => Progress!.AddressOf(Api, step);
}
