using Microsoft.Playwright;

namespace Tallystick.Console.Tests;

/// <summary>What the person does who sets up metering, in a browser.</summary>
public sealed class MeteringInBrowserTests(Chromium chromium)
{
    [Fact]
    public async Task TestUsage_IsSubmittedAndExplored()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var api = MeteringServer.Client(server);
        await MeteringServer.CreateMeterAsync(api, "traffic");
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Metering" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Meter traffic", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Submit test usage" }).ClickAsync();
        await page.GetByLabel("Account code").FillAsync("acme");
        await page.GetByLabel("Bytes").FillAsync("1234.5");
        await page.GetByLabel("Region").FillAsync("eu");
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit test usage" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Usage accepted.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Explore its usage" }).ClickAsync();
        await page.GetByRole(AriaRole.Group, new() { Name = "Add a value" }).GetByLabel("Field")
            .SelectOptionAsync("Bytes");
        await page.GetByLabel("By time").SelectOptionAsync("Day");
        await page.GetByLabel("By account").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run query" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Sum of Bytes" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "acme" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "1,234.5" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Lines" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Sum of Bytes" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task File_IsUploadedWithProgressUntilItIsRead()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var api = MeteringServer.Client(server);
        await MeteringServer.CreateMeterAsync(api, "traffic");
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);
        var rows = string.Concat(Enumerable.Range(1, 2000).Select(row => $"acme,2026-11-30T10:00:00Z,{row},eu\n"));

        await page.GotoAsync($"/org/{server.First.OrganizationId}/uploads/new?meter=traffic");
        await page.GetByLabel("File", new() { Exact = true }).SetInputFilesAsync(new FilePayload
        {
            Name = "usage.csv",
            MimeType = "text/csv",
            Buffer = System.Text.Encoding.UTF8.GetBytes($"account,ts,bytes,region\n{rows}acme,never,1,eu\n"),
        });
        await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();

        await page.WaitForURLAsync("**/uploads/*-*");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "usage.csv" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Succeeded")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("2,000")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Failed rows" })).ToBeVisibleAsync();
        var original = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Link, new() { Name = "Original file" }).ClickAsync());
        (await File.ReadAllTextAsync(await original.PathAsync())).ShouldEndWith("acme,never,1,eu\n");
    }
}
