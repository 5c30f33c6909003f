namespace Tallystick.Foundation.Values;

/// <summary>How often bills are created.</summary>
public enum BillingFrequency
{
    /// <summary>Every day, or every n days.</summary>
    Daily,

    /// <summary>Every week, or every n weeks.</summary>
    Weekly,

    /// <summary>Every month, or every n months.</summary>
    Monthly,

    /// <summary>Every year, or every n years.</summary>
    Annually,

    /// <summary>On custom dates.</summary>
    AdHoc,

    /// <summary>Several frequencies on one consolidated bill.</summary>
    Mixed,
}
