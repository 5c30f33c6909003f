using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Forms;

/// <summary>Nobody loses what was typed, and everybody learns what became of it.</summary>
public sealed class UnsavedChangesTests(Chromium chromium, ConsoleServerFixture console)
    : IClassFixture<ConsoleServerFixture>
{
    [Fact]
    public async Task Back_WithUnsavedChanges_AsksFirst()
    {
        var page = await OpenFormAsync();
        var questions = new List<string>();
        var isLeaving = false;
        page.Dialog += (_, dialog) =>
        {
            questions.Add(dialog.Message);
            _ = isLeaving ? dialog.AcceptAsync() : dialog.DismissAsync();
        };
        await page.GetByLabel("Name").FillAsync("Half a product");

        await page.EvaluateAsync("history.back()");
        await page.WaitForURLAsync("**/products/new");
        await Assertions.Expect(page.GetByLabel("Name")).ToHaveValueAsync("Half a product");
        isLeaving = true;
        await page.EvaluateAsync("history.back()");

        await page.WaitForURLAsync("**/products");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Products" })).ToBeVisibleAsync();
        questions.ShouldBe(["Leave without saving your changes?", "Leave without saving your changes?"]);
    }

    [Fact]
    public async Task Closing_WithUnsavedChanges_AsksFirst()
    {
        var page = await OpenFormAsync();
        var asked = new TaskCompletionSource<string>();
        page.Dialog += (_, dialog) =>
        {
            asked.TrySetResult(dialog.Type);
            _ = dialog.DismissAsync();
        };
        // A browser asks only those who have used the page.
        await page.GetByLabel("Name").ClickAsync();
        await page.Keyboard.TypeAsync("Half a product");

        await page.CloseAsync(new() { RunBeforeUnload = true });

        (await asked.Task.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBe(DialogType.BeforeUnload);
        await Assertions.Expect(page.GetByLabel("Name")).ToHaveValueAsync("Half a product");
    }

    [Fact]
    public async Task RefusedForm_IsStillUnsaved_AndTheFaultHasTheFocus()
    {
        var page = await OpenFormAsync();
        var asked = 0;
        page.Dialog += (_, dialog) =>
        {
            asked++;
            _ = dialog.DismissAsync();
        };
        await page.GetByLabel("Name").FillAsync("No code");
        await page.GetByLabel("Code").FillAsync("");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create product" }).ClickAsync();
        await Assertions.Expect(page.GetByLabel("Code")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Cancel" }).ClickAsync();

        asked.ShouldBe(1);
        await Assertions.Expect(page.GetByLabel("Name")).ToHaveValueAsync("No code");
    }

    [Fact]
    public async Task Saving_MovesTheFocusToTheHeading_AndAnnouncesTheToast()
    {
        var page = await OpenFormAsync();
        await page.GetByLabel("Name").FillAsync("Focused product");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create product" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Focused product" }))
            .ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[role=status]").GetByText("Product created.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("\0", "the character NUL")]
    [InlineData("ó", "The form is larger than 0 MB.")]
    public async Task Text_ThatNoFormCanSend_StaysInTheField(string text, string message)
    {
        var page = await OpenFormAsync();
        await page.GetByLabel("Name").EvaluateAsync("(input, text) => { input.value = 'Kept ' + text; }", text);
        // A browser needs minutes to show megabytes in a field.
        await page.EvaluateAsync("document.documentElement.dataset.maxForm = '0'");

        await page.GetByRole(AriaRole.Button, new() { Name = "Create product" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert).GetByText(message)).ToBeVisibleAsync();
        (await page.GetByLabel("Name").InputValueAsync()).ShouldStartWith("Kept ");
    }

    private async Task<IPage> OpenFormAsync()
    {
        var page = await chromium.OpenAsync(console.Server.Address);
        await page.GotoAsync(console.To("products"));
        await ConsoleServer.SignInAsync(page, console.Server.First.Person!.Email, ConsoleServer.Chosen);
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "Create product" }).First
            .ClickAsync();
        await page.WaitForURLAsync("**/products/new");
        await Assertions.Expect(page.GetByLabel("Name")).ToBeVisibleAsync();
        return page;
    }
}
