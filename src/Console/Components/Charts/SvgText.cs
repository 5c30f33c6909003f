using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Tallystick.Console.Components.Charts;

/// <summary>A text of a chart. Razor takes the element of that name for its own.</summary>
public sealed class SvgText : ComponentBase
{
    /// <summary>Where it is, from the left.</summary>
    [Parameter, EditorRequired]
    public required string X { get; set; }

    /// <summary>Where its base line is, from the top.</summary>
    [Parameter, EditorRequired]
    public required string Y { get; set; }

    /// <summary>Which part of it is there: <c>start</c>, <c>middle</c> or <c>end</c>.</summary>
    [Parameter]
    public string Anchor { get; set; } = "start";

    /// <summary>The text.</summary>
    [Parameter, EditorRequired]
    public required string Text { get; set; }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", X);
        builder.AddAttribute(2, "y", Y);
        builder.AddAttribute(3, "text-anchor", Anchor);
        builder.AddContent(4, Text);
        builder.CloseElement();
    }
}
