namespace Portal.Web.Ui;

/// <summary>What a coloured thing says; the colour never says it alone.</summary>
public enum Tone { Neutral, Info, Success, Warning, Danger }
